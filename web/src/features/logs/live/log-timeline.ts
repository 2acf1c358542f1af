import type { LogFilter } from "../search/log-filter.ts";
import { passes } from "../search/log-filter.ts";
import { indexOfTime } from "./line-order.ts";
import type { LogEntry, Place } from "./log-entry.ts";
import { createLogWindow } from "./log-window.ts";
import { createMergeBoundary } from "./merge-boundary.ts";

/** The end of what is shown at which lines are read. */
export type Direction = "older" | "newer";

export interface LogTimelineOptions {
  /** Most entries shown, and most live ones held where there is no history. */
  maxEntries: number;
  /** Most live entries held where older ones can be read from the history. */
  maxRecent: number;
  hasHistory(): boolean;
  filter(): LogFilter;
  /** Ids above all that were given, in order; returns the first of them. */
  takeNewIds(count: number): number;
  /** Lines at this end of what is shown were dropped: they have to be read again from there. */
  cut(direction: Direction): void;
}

export interface TakeResult {
  /** Entries that are not shown, since the view is in the past. */
  missed: number;
  /** Older lines are missing between what is shown and a stream that began later: the live end has to be shown anew. */
  restart: boolean;
}

export type LogTimeline = ReturnType<typeof createLogTimeline>;

/**
 * The lines of a view without its signals: a window of what is shown, attached to the live end or somewhere in the past,
 * and the newest live lines beside it. Entries of the streams and pages of the history are merged by what they are, so
 * that each line is shown once.
 */
export function createLogTimeline(options: LogTimelineOptions) {
  const { maxEntries, maxRecent, hasHistory, filter, takeNewIds, cut } = options;
  const shown = createLogWindow({ maxEntries: () => maxEntries });
  /** What the live streams gave, whether it is shown or not. */
  const recent = createLogWindow({ maxEntries: () => (hasHistory() ? Math.min(maxEntries, maxRecent) : maxEntries) });
  let attached = true;
  /** The streams gave all lines from here on; older ones only in part. */
  let recentFrom = Number.NEGATIVE_INFINITY;
  /** What is shown is complete from here on. */
  let shownFrom = Number.NEGATIVE_INFINITY;
  /** Stored lines that are shown before the stream has brought them. */
  let ahead = createMergeBoundary();
  /** Lines that reads in either direction will meet, each removed once over all their pages. */
  const met = { older: createMergeBoundary(), newer: createMergeBoundary() };

  const filtered = (entries: readonly LogEntry[]) => {
    const wanted = filter();
    return entries.filter((entry) => passes(wanted, entry));
  };
  const since = (at: number) => recent.entries.slice(indexOfTime(recent.entries, at));
  const insertNewest = (entries: readonly LogEntry[]) => {
    if (shown.insert(entries) === 0) return;
    shownFrom = shown.entries[0]?.at ?? shownFrom;
    cut("older");
  };
  /** The oldest entries stay; when newer ones are dropped for them, the view is in the past. */
  const insertOldest = (entries: readonly LogEntry[]) => {
    if (shown.insert(entries, "oldest") === 0) return;
    attached = false;
    cut("newer");
  };

  /**
   * Takes live entries, in order of time.
   * @param firstTimes `at` of the first line of each stream that may lack older ones
   * @param begun older lines were asked for already
   * @param following the reader is at the live end; else entries that would push out what they read are left to be read
   */
  function take(entries: LogEntry[], firstTimes: Iterable<number>, begun: boolean, following: boolean): TakeResult {
    const before = recentFrom;
    for (const at of firstTimes) recentFrom = Math.max(recentFrom, at);
    const begins = recentFrom > before;
    if (recent.insert(entries) > 0) recentFrom = Math.max(recentFrom, recent.entries[0]?.at ?? recentFrom);
    const result = { missed: 0, restart: false };
    if (!attached) return { ...result, missed: entries.filter(({ kind }) => kind === "line").length };
    if (hasHistory() && begins && recentFrom > shownFrom) {
      // Older lines of the others are there already: what lies between them and this log's first one is missing.
      if (begun) return { ...result, restart: true };
      shownFrom = recentFrom;
      shown.dropBefore({ at: shownFrom, id: Number.NEGATIVE_INFINITY });
    }
    const fresh = ahead.without(filtered(entries)).filter(({ at }) => !hasHistory() || at >= shownFrom);
    if (hasHistory() && !following && shown.entries.length + fresh.length > maxEntries) {
      attached = false;
      cut("newer");
      return { ...result, missed: fresh.length };
    }
    insertNewest(fresh);
    return result;
  }

  /** A read begins without a cursor: what is there already, of the time it begins with, will come again. */
  function meet(direction: Direction, first: boolean): void {
    const boundary = createMergeBoundary();
    const [oldest, newest] = [shown.entries[0], shown.entries.at(-1)];
    if (direction === "newer") boundary.hold(newest ? shown.entries.slice(indexOfTime(shown.entries, newest.at)) : []);
    else if (first && attached) boundary.hold(recent.entries);
    else boundary.hold(oldest ? shown.entries.slice(0, indexOfTime(shown.entries, oldest.at + 1)) : []);
    met[direction] = boundary;
  }

  /**
   * Puts a page of the history in its place.
   * @param reaches what is shown is complete from there on, in milliseconds since 1970
   * @param first the page that meets the streams
   */
  function place(entries: LogEntry[], direction: Direction, reaches: number, first: boolean): void {
    const wanted = filter();
    // Which lines match was asked of the server; what happened between them is filtered here.
    const fitting = entries.filter((entry) => entry.kind === "line" || passes(wanted, entry));
    const added = met[direction].without(fitting);
    if (direction === "newer") {
      insertNewest(added);
      return;
    }
    if (attached) {
      const between = recent.entries.slice(
        indexOfTime(recent.entries, reaches),
        indexOfTime(recent.entries, shownFrom),
      );
      shown.insert(filtered(between), "oldest");
      if (first) ahead.hold(added.filter(({ at }) => at >= (recent.entries.at(-1)?.at ?? reaches)));
    }
    shownFrom = reaches;
    insertOldest(added);
  }

  /** The newest stored line is shown: continues with what the streams gave since. */
  function attach(): void {
    const own = createMergeBoundary();
    own.hold(shown.entries.slice(indexOfTime(shown.entries, recentFrom)));
    const added = own.without(filtered(since(recentFrom)));
    ahead = createMergeBoundary();
    ahead.hold(shown.entries.slice(indexOfTime(shown.entries, recent.entries.at(-1)?.at ?? Number.NEGATIVE_INFINITY)));
    // Of one instant, stored lines come first.
    shown.insert(added.map((entry) => ({ ...entry, id: takeNewIds(1) })));
    attached = true;
  }

  function clearShown(): void {
    shown.clear();
    shownFrom = Number.NEGATIVE_INFINITY;
    ahead = createMergeBoundary();
    met.older = createMergeBoundary();
    met.newer = createMergeBoundary();
  }

  return {
    shown,
    recent,
    attached: () => attached,
    shownFrom: () => shownFrom,
    take,
    meet,
    place,
    attach,
    /** Shows nothing, until pages of the past are placed. */
    leave() {
      clearShown();
      attached = false;
    },
    /** Shows what the streams gave, from where it is complete; all of it where no history fills what is missing. */
    showLive() {
      clearShown();
      attached = true;
      if (hasHistory() && recent.entries.length > 0) shownFrom = recentFrom;
      shown.insert(filtered(since(shownFrom)));
    },
    /** Shows all the streams gave, complete or not. */
    showRecent() {
      shown.clear();
      shownFrom = Number.NEGATIVE_INFINITY;
      shown.insert(filtered(recent.entries));
    },
    /** Forgets what the streams gave: others are followed. */
    forgetRecent() {
      recent.clear();
      recentFrom = Number.NEGATIVE_INFINITY;
    },
    /** Empties the view; what comes from now on is shown. */
    clear() {
      recentFrom = Math.max(recentFrom, (recent.entries.at(-1)?.at ?? recentFrom) + 1);
      recent.clear();
      shown.clear();
    },
    /**
     * `at` of a line that each stream has given, for each container.
     * @param of the first one of all, the first one from where on none is missing, or the newest
     */
    linesOf(of: "all" | "whole" | "newest"): { container: string | undefined; at: number }[] {
      const found = new Map<string | undefined, number>();
      for (const entry of of === "whole" ? since(recentFrom) : recent.entries) {
        if (entry.kind !== "line" || (of !== "newest" && found.has(entry.origin?.name))) continue;
        found.set(entry.origin?.name, entry.at);
      }
      return [...found].map(([container, at]) => ({ container, at }));
    },
    /** Where the shown entry at or after a time stands; the last one when all are before it. */
    placeOf(at: number): Place {
      return shown.entries[Math.min(indexOfTime(shown.entries, at), shown.entries.length - 1)] ?? { at, id: 0 };
    },
  };
}
