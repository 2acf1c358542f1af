import { useQuery as useSuspendingQuery } from "@tanstack/solid-query";

/**
 * As the library's own, but `data` is undefined until it is there. The library suspends whoever reads it before that:
 * one daemon that hangs then leaves the whole page blank, its frame and the other domains included.
 */
export const useQuery: typeof useSuspendingQuery = ((...args: Parameters<typeof useSuspendingQuery>) =>
  new Proxy(useSuspendingQuery(...args), {
    get: (query, name) => (name === "data" && query.dataUpdatedAt === 0 ? undefined : Reflect.get(query, name)),
  })) as typeof useSuspendingQuery;
