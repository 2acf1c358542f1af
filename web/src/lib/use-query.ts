import { useQuery as useSuspendingQuery } from "@tanstack/solid-query";
import { untrack } from "solid-js";

/** Asked when the place that shows it is opened, and again only when told to: it does not change while it is read. */
export const askedOnce = { staleTime: Number.POSITIVE_INFINITY, gcTime: 0 } as const;

/**
 * As the library's own, but `data` is undefined until it is there. The library suspends components that read it before that:
 * one daemon that hangs then leaves the whole page blank, its frame and the other domains included. Who reads what was
 * there from the beginning it suspends at every later fetch: the page is taken out of the document for a moment, and
 * with it go the focus and the place in what scrolls.
 */
export const useQuery: typeof useSuspendingQuery = ((...args: Parameters<typeof useSuspendingQuery>) =>
  new Proxy(useSuspendingQuery(...args), {
    get(query, name) {
      if (name !== "data") return Reflect.get(query, name);
      // Read for its sake: it changes with the data, and suspends nobody.
      return query.dataUpdatedAt === 0 ? undefined : untrack(() => query.data);
    },
  })) as typeof useSuspendingQuery;
