import { watch } from "./api/watch.ts";
import { useLive } from "./live-context.ts";
import { useQuery } from "./use-query.ts";

/** A point is added every 15 seconds, and a line of 15 minutes moves slowly. */
const POLL_MS = 30_000;

/** Usage of all containers and processes in the last 15 minutes, in one request. */
export function useTrends(isShown: () => boolean) {
  const { gate } = useLive();
  return useQuery(() => ({
    queryKey: ["trends"],
    queryFn: async ({ signal }) => {
      await gate.opened;
      return watch.trends(signal);
    },
    enabled: isShown(),
    refetchInterval: POLL_MS,
  }));
}
