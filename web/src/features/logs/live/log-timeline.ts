import { type LogFilter, passes } from "../search/log-filter.ts";
import { indexOfTime } from "./line-order.ts";
import type { LogEntry, LogNotice, Place } from "./log-entry.ts";
import { createLogWindow } from "./log-window.ts";
import { createMergeBoundary, withoutEarlier } from "./merge-boundary.ts";
import { createRecentLines } from "./recent-lines.ts";

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
  /** Lines are missing between the shown ones and a stream that began later: the live end must be loaded again. */
  restart: boolean;
}

export type LogTimeline = ReturnType<typeof createLogTimeline>;

/**
 * The lines of a view without its signals: a window of what is shown, attached to the live end or somewhere in the past,
 * and the newest live lines beside it. Entries of the streams and pages of the history are merged by what they are, so
 * that each line is shown once.
 */
export function createLogTimeline({ maxEntries, maxRecent, hasHistory, filter, takeNewIds, cut }: LogTimelineOptions) {
  const shown = createLogWindow({ maxEntries: () => maxEntries });
  const recent = createRecentLines(() => (hasHistory() ? Math.min(maxEntries, maxRecent) : maxEntries));
  let attached = true;
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
  /** Stored lines that a stream may still bring: each stream has its own newest line, and one may lag behind the others. */
  const stillToCome = (entries: readonly LogEntry[]) => {
    const newest = new Map(recent.linesOf("newest").map(({ container, at }) => [container, at]));
    return entries.filter(({ at, origin }) => at >= (newest.get(origin?.name) ?? Number.NEGATIVE_INFINITY));
  };
  const isShown = ({ at, time, text, origin }: LogNotice) => {
    const { entries } = shown;
    for (let index = indexOfTime(entries, at); entries[index]?.at === at; index++) {
      const other = entries[index];
      const isSame = other?.kind === "notice" && other.time === time && other.text === text;
      if (isSame && other.origin?.name === origin?.name) return true;
    }
    return false;
  };
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
  const show = (isAttached: boolean) => {
    shown.clear();
    shownFrom = Number.NEGATIVE_INFINITY;
    ahead = createMergeBoundary();
    met.older = createMergeBoundary();
    met.newer = createMergeBoundary();
    attached = isAttached;
  };

  return {
    shown,
    recent,
    attached: () => attached,
    shownFrom: () => shownFrom,
    /**
     * Takes live entries, in order of time.
     * @param firstTimes `at` of the first line of each stream that may lack older ones
     * @param begun Whether older lines were requested already.
     * @param following the reader is at the live end; else entries that would push out what they read are left out
     */
    take(entries: LogEntry[], firstTimes: Iterable<number>, begun: boolean, following: boolean): TakeResult {
      const begins = recent.add(entries, firstTimes);
      const result = { missed: 0, restart: false };
      if (!attached) return { ...result, missed: entries.filter(({ kind }) => kind === "line").length };
      if (hasHistory() && begins && recent.from() > shownFrom) {
        // Older lines of the others are there already: what lies between them and this log's first one is missing.
        if (begun) return { ...result, restart: true };
        shownFrom = recent.from();
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
    },
    /** A read begins without a cursor: what is there already, of the time it begins with, will come again. */
    meet(direction: Direction, first: boolean): void {
      const boundary = createMergeBoundary();
      const [oldest, newest] = [shown.entries[0], shown.entries.at(-1)];
      if (direction === "newer")
        boundary.hold(newest ? shown.entries.slice(indexOfTime(shown.entries, newest.at)) : []);
      else if (first && attached) boundary.hold(recent.window.entries);
      else boundary.hold(oldest ? shown.entries.slice(0, indexOfTime(shown.entries, oldest.at + 1)) : []);
      met[direction] = boundary;
    },
    /**
     * Puts a page of the history in its place.
     * @param reaches what is shown is complete from there on, in milliseconds since 1970
     * @param first the page that meets the streams
     */
    place(entries: LogEntry[], direction: Direction, reaches: number, first: boolean): void {
      const wanted = filter();
      // Which lines match was asked of the server; what happened between them is filtered here.
      const fitting = entries.filter((entry) => entry.kind === "line" || passes(wanted, entry));
      // What happened after the last line comes again with the lines that follow it.
      const added = met[direction].without(fitting).filter((entry) => entry.kind === "line" || !isShown(entry));
      if (direction === "newer") {
        insertNewest(added);
        return;
      }
      if (attached) {
        shown.insert(filtered(recent.between(reaches, shownFrom)), "oldest");
        if (first) ahead.hold(stillToCome(added));
      }
      shownFrom = reaches;
      insertOldest(added);
    },
    /** The newest stored line is shown: continues with what the streams gave since. */
    attach(): void {
      const own = createMergeBoundary();
      own.hold(shown.entries.slice(indexOfTime(shown.entries, recent.from())));
      const given = filtered(recent.since(recent.from()));
      const added = withoutEarlier(given, own.without(given));
      ahead = createMergeBoundary();
      ahead.hold(stillToCome(shown.entries));
      // Of one instant, stored lines come first.
      shown.insert(added.map((entry) => ({ ...entry, id: takeNewIds(1) })));
      attached = true;
    },
    /** Shows nothing, until pages of the past are placed. */
    leave: () => show(false),
    /** Shows what the streams gave, from where it is complete; all of it where no history fills what is missing. */
    showLive() {
      show(true);
      if (hasHistory() && recent.window.entries.length > 0) shownFrom = recent.from();
      shown.insert(filtered(recent.since(shownFrom)));
    },
    /** Shows all the streams gave, complete or not. */
    showRecent() {
      shown.clear();
      shownFrom = Number.NEGATIVE_INFINITY;
      shown.insert(filtered(recent.window.entries));
    },
  };
}

/** Where the entry at or after a time stands; the last one when all are before it. */
export const placeOf = (entries: readonly LogEntry[], at: number): Place =>
  entries[Math.min(indexOfTime(entries, at), entries.length - 1)] ?? { at, id: 0 };
