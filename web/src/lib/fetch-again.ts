import type { InvalidateQueryFilters, QueryClient } from "@tanstack/solid-query";

/**
 * Fetches what is cached again, after something changed. A first fetch that is under way is not replaced by TanStack Query, and
 * the server may have read before the change: another one follows it.
 */
export async function fetchAgain(client: QueryClient, filters: InvalidateQueryFilters): Promise<void> {
  const first = client
    .getQueryCache()
    .findAll(filters)
    .filter(({ state }) => state.data === undefined && state.fetchStatus === "fetching");
  await Promise.all(first.map((query) => query.promise?.catch(() => {})));
  await client.invalidateQueries(filters);
}
