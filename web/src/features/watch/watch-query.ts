import { onCleanup } from "solid-js";
import { watch } from "../../lib/api/watch.ts";
import { useJobs } from "../../lib/jobs/jobs.ts";
import { useLive } from "../../lib/live-context.ts";
import { useInvalidate } from "../../lib/queries.ts";
import { createRefresher } from "../../lib/refresher.ts";
import { useQuery } from "../../lib/use-query.ts";

export const watchKey = ["watch"] as const;

/** Lines of usage grow, and restarts leave the window, without an event. */
const POLL_MS = 15_000;
/** A crash loop sends events all the time, and each response reads logs. */
const QUIET_MS = 2_000;

/** Causes, alerts, lines of usage and the last events. Fetched again after events and jobs, until the caller is disposed. */
export function useWatch() {
  const { servicesWS, deploymentsWS, gate } = useLive();
  const jobs = useJobs();
  const invalidate = useInvalidate();
  const { refresh, stop } = createRefresher(() => invalidate(watchKey), QUIET_MS);
  const stops = [
    servicesWS.on("services:changed", refresh),
    servicesWS.on("alerts:changed", refresh),
    deploymentsWS.on("alerts:changed", refresh),
    gate.onConnect(servicesWS, refresh),
    jobs.whenEnded(refresh),
    stop,
  ];
  onCleanup(() => {
    for (const end of stops) end();
  });
  return useQuery(() => ({
    queryKey: watchKey,
    queryFn: async ({ signal }) => {
      await gate.opened;
      return watch.get(signal);
    },
    refetchInterval: POLL_MS,
  }));
}
