import { useQuery as useSuspendingQuery } from "@tanstack/solid-query";
import { untrack } from "solid-js";

/** Options of a query that is fetched once per view, and again only on request: it must not change while it is read. */
export const askedOnce = { staleTime: Number.POSITIVE_INFINITY, gcTime: 0 } as const;

/**
 * The library's `useQuery`, except that `data` is undefined until the first response. The library suspends a component that
 * reads `data` earlier: one daemon that hangs would leave the whole page blank. It also suspends on later fetches, which
 * takes the page out of the document for a moment, and with it the focus and the scroll position.
 */
export const useQuery: typeof useSuspendingQuery = ((...args: Parameters<typeof useSuspendingQuery>) =>
  new Proxy(useSuspendingQuery(...args), {
    get(query, name) {
      if (name !== "data") return Reflect.get(query, name);
      // Tracks the time of the data, which changes with it and does not suspend.
      return query.dataUpdatedAt === 0 ? undefined : untrack(() => query.data);
    },
  })) as typeof useSuspendingQuery;
