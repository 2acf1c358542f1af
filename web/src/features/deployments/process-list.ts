import { api } from "../../lib/api.ts";
import { queryKeys } from "../../lib/queries.ts";
import { useQuery } from "../../lib/use-query.ts";

/** How often it is read again while the page is open. */
const REFRESH_MS = 30_000;

/** Whether the processes of a daemon come back after a reboot. */
export const useProcessList = (daemon: () => string) =>
  useQuery(() => ({
    queryKey: [...queryKeys.processList, daemon()],
    queryFn: () => api.deployments.saved(daemon()),
    refetchInterval: REFRESH_MS,
  }));
