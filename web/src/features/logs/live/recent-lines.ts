import { indexOfTime } from "./line-order.ts";
import type { LogEntry } from "./log-entry.ts";
import { createLogWindow } from "./log-window.ts";

/** Which line of each stream: the first of all, the first from where on none is missing, or the newest. */
export type LineChoice = "all" | "whole" | "newest";

export type RecentLines = ReturnType<typeof createRecentLines>;

/** What the live streams gave, whether it is shown or not, and from when on it is complete. */
export function createRecentLines(maxEntries: () => number) {
  const window = createLogWindow({ maxEntries });
  /** The streams gave all lines from here on; older ones only in part. */
  let from = Number.NEGATIVE_INFINITY;
  const since = (at: number) => window.entries.slice(indexOfTime(window.entries, at));

  return {
    window,
    from: () => from,
    /**
     * Adds entries in order of time.
     * @param firstTimes `at` of the first line of each stream that may lack older ones
     * @returns whether a stream began later than the lines before were complete
     */
    add(entries: readonly LogEntry[], firstTimes: Iterable<number>): boolean {
      const before = from;
      for (const at of firstTimes) from = Math.max(from, at);
      const begins = from > before;
      if (window.insert(entries) > 0) from = Math.max(from, window.entries[0]?.at ?? from);
      return begins;
    },
    since,
    between: (at: number, end: number) =>
      window.entries.slice(indexOfTime(window.entries, at), indexOfTime(window.entries, end)),
    /** Others are followed. */
    forget() {
      window.clear();
      from = Number.NEGATIVE_INFINITY;
    },
    /** What came up to now is not shown again. */
    clear() {
      from = Math.max(from, (window.entries.at(-1)?.at ?? from) + 1);
      window.clear();
    },
    /** `at` of a line of each container's stream. */
    linesOf(choice: LineChoice): { container: string | undefined; at: number }[] {
      const found = new Map<string | undefined, number>();
      for (const entry of choice === "whole" ? since(from) : window.entries) {
        // When an untimed line is stored cannot be told: it is found again by its text.
        if (entry.kind !== "line" || entry.approximate || (choice !== "newest" && found.has(entry.origin?.name)))
          continue;
        found.set(entry.origin?.name, entry.at);
      }
      return [...found].map(([container, at]) => ({ container, at }));
    },
  };
}
