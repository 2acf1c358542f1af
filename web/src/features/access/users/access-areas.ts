import { api } from "../../../lib/api.ts";
import { queryKeys } from "../../../lib/queries.ts";
import { useQuery } from "../../../lib/use-query.ts";

/** The server's access rules; they change only with its version. */
export const useAccessAreas = () =>
  useQuery(() => ({
    queryKey: queryKeys.accessAreas,
    queryFn: () => api.accessAreas(),
    staleTime: Number.POSITIVE_INFINITY,
  }));
