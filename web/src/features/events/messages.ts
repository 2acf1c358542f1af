import type { MarkSource } from "../../lib/time-view.ts";

const sourceNames: Record<MarkSource, string> = {
  alerts: "alerts",
  actions: "actions",
  log: "exits and restarts",
};
const namesOf = (sources: readonly MarkSource[]) => sources.map((source) => sourceNames[source]).join(", ");

/** Texts of events on a time axis. */
export const eventMessages = {
  title: "Events",
  waiting: "Loading events",
  /** Only what was read can be absent. */
  none: (read: readonly MarkSource[]) => `None in this period: ${namesOf(read)}.`,
  failed: (failed: readonly MarkSource[]) => `Could not be read: ${namesOf(failed)}.`,
} as const;
