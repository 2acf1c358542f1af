import { createEffect, createSignal, on, onCleanup } from "solid-js";
import type { ActivityEntry } from "../../../../shared/protocol/activity.ts";
import { type ActivityFilter, activity } from "../../lib/api/activity.ts";
import { useLive } from "../../lib/live-context.ts";
import { createRefresher } from "../../lib/refresher.ts";
import { createPagedList } from "../../resource/paged-list.ts";

/** Entries per request. */
const PAGE_SIZE = 50;
/** Shortest time between two fetches because of events, in milliseconds. */
const QUIET_MS = 500;

/** Calls `refresh` when an action starts or ends that the viewer may see, until the caller is disposed. */
export function onActivity(refresh: () => Promise<unknown>): void {
  const { servicesWS, deploymentsWS } = useLive();
  const refresher = createRefresher(refresh, QUIET_MS);
  const stops = [
    servicesWS.on("activity:changed", refresher.refresh),
    deploymentsWS.on("activity:changed", refresher.refresh),
    servicesWS.onConnect(refresher.refresh),
  ];
  onCleanup(() => {
    for (const stop of [...stops, refresher.stop]) stop();
  });
}

/** The actions that match a filter, kept current. */
export function createActivityList(filter: () => ActivityFilter) {
  const [degraded, setDegraded] = createSignal(false);
  const list = createPagedList<ActivityEntry, ActivityFilter>({
    initial: filter(),
    sequenceOf: ({ sequence }) => sequence,
    async fetchPage(wanted, before, signal) {
      const page = await activity.list({ ...wanted, limit: PAGE_SIZE, before }, signal);
      setDegraded(page.storage.degraded);
      return page;
    },
  });
  createEffect(on(filter, list.load));
  onActivity(list.refresh);
  return { ...list, degraded };
}
