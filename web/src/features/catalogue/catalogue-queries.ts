import { catalogue } from "../../lib/api/catalogue.ts";
import { keepFresh } from "../../lib/docker-queries.ts";
import { useQuery } from "../../lib/use-query.ts";

export const listKey = ["catalogue"] as const;

/** All entries, with what is installed from each. */
export function useCatalogue() {
  keepFresh(listKey);
  return useQuery(() => ({ queryKey: listKey, queryFn: ({ signal }) => catalogue.list(signal) }));
}

export function useEntry(id: () => string) {
  keepFresh(listKey);
  return useQuery(() => ({ queryKey: [...listKey, id()], queryFn: ({ signal }) => catalogue.get(id(), signal) }));
}
