import { type Accessor, createEffect, createMemo, createSignal, on, onCleanup } from "solid-js";
import { toMessage } from "../../../lib/api/failure.ts";
import { type LinePattern, regexPattern, textPattern } from "../search/line-pattern.ts";
import { passes, sameFilter } from "../search/log-filter.ts";
import { type LogQuery, noQuery, toFilter } from "../search/log-query.ts";
import type { LogHistory } from "../stored/log-history.ts";
import { nanoOf } from "../stored/log-pages.ts";
import { createKeptReader, type Direction } from "../stored/stored-reader.ts";
import { indexOfTime } from "./line-order.ts";
import { createLiveLogs, type LiveSource, type LogStatus } from "./live-logs.ts";
import type { LogEntry, LogLine, LogOrigin, Place } from "./log-entry.ts";
import { createLogWindow, ENTRIES_MAX } from "./log-window.ts";
import { createSeam } from "./merge-boundary.ts";

/** Newest entries held beside those in view, to come back to, where older ones can be asked for again. */
const RECENT_MAX = 10_000;

/** Lines of the streams that are few enough to be read from the kept logs once more. */
const CALM_MAX = 2_000;

export interface LogFeedOptions {
  sources: Accessor<readonly LiveSource[]>;
  /** The kept logs of the same containers; undefined while none are kept. */
  history?: Accessor<LogHistory | undefined>;
  /** Every container of the kept logs is followed; else the newest lines too are read from those. */
  whole?: Accessor<boolean>;
  /** Whether the lines of a source that is no longer followed stay in view. */
  staysShown?: (key: string) => boolean;
  query?: Accessor<LogQuery>;
  /** How a container is told from others; undefined where there is only one. */
  originOf?: (container: string) => LogOrigin | undefined;
  maxEntries?: number;
  schedule?: (run: () => void, delay: number) => () => void;
}

/** A place the view has to go to. */
export interface Target {
  place: Place;
  /** The line itself was asked for, not only its time. */
  line: boolean;
}

export type LogFeed = ReturnType<typeof createLogFeed>;

/**
 * Follows logs and reads the kept ones: holds a bounded window of lines that is either attached to the live end or lies
 * somewhere in the past, filtered and searched.
 */
export function createLogFeed(options: LogFeedOptions) {
  const { maxEntries = ENTRIES_MAX, originOf = () => undefined } = options;
  const history = options.history ?? (() => undefined);
  const whole = createMemo(options.whole ?? (() => true));
  const query = createMemo(options.query ?? (() => noQuery));
  let idUp = 1;
  let idDown = 0;
  const takeNewIds = (count: number) => {
    idUp += count;
    return idUp - count;
  };
  const takeOldIds = (count: number) => {
    idDown -= count;
    return idDown;
  };

  /** What is shown. */
  const shown = createLogWindow({ maxEntries: () => maxEntries });
  /** What the live streams gave, whether it is shown or not. */
  const recent = createLogWindow({ maxEntries: () => (history() ? Math.min(maxEntries, RECENT_MAX) : maxEntries) });
  const [version, setVersion] = createSignal(0);
  const changed = () => setVersion((value) => value + 1);
  const [stateVersion, setStateVersion] = createSignal(0);
  const [attached, setAttached] = createSignal(true);
  const [missed, setMissed] = createSignal(0);
  const [pattern, setPattern] = createSignal<LinePattern | undefined>();
  const [patternError, setPatternError] = createSignal("");
  const [target, setTarget] = createSignal<Target | undefined>(undefined, { equals: false });
  const [problem, setProblem] = createSignal("");
  const filter = createMemo(() => toFilter(query(), pattern()), undefined, { equals: sameFilter });
  let following = true;
  /** The streams gave all lines from here on; older ones only in part. */
  let recentFrom = Number.NEGATIVE_INFINITY;
  /** What is shown is whole from here on. */
  let shownFrom = Number.NEGATIVE_INFINITY;
  /** Kept lines that are shown before the stream has brought them. */
  let ahead = createSeam();
  /** Lines that reads in either direction will meet, each taken out once over all their pages. */
  const seams = { older: createSeam(), newer: createSeam() };
  let viewAt: number | undefined;

  const filtered = (entries: readonly LogEntry[]) => {
    const wanted = filter();
    return entries.filter((entry) => passes(wanted, entry));
  };
  const since = (at: number) => recent.entries.slice(indexOfTime(recent.entries, at));

  function take(entries: LogEntry[]) {
    const before = recentFrom;
    for (const { firstAt } of live.states()) if (firstAt !== undefined) recentFrom = Math.max(recentFrom, firstAt);
    const begins = recentFrom > before;
    if (recent.insert(entries) > 0) recentFrom = Math.max(recentFrom, recent.entries[0]?.at ?? recentFrom);
    if (!attached()) {
      setMissed((count) => count + entries.filter(({ kind }) => kind === "line").length);
      return changed();
    }
    if (history() && begins && recentFrom > shownFrom) {
      // Older lines of the others are there already: what lies between them and this log's first one is missing.
      if (reader.begun()) return showLive();
      shownFrom = recentFrom;
      shown.dropBefore({ at: shownFrom, id: Number.NEGATIVE_INFINITY });
    }
    const fresh = ahead.without(filtered(entries)).filter(({ at }) => !history() || at >= shownFrom);
    if (history() && !following && shown.entries.length + fresh.length > maxEntries) {
      // Somebody reads what would have to give way: the rest is asked for when they come to it.
      setAttached(false);
      reader.cut("newer");
      setMissed((count) => count + fresh.length);
    } else if (shown.insert(fresh) > 0) {
      shownFrom = shown.entries[0]?.at ?? shownFrom;
      reader.cut("older");
    }
    changed();
  }

  const live = createLiveLogs({
    takeIds: takeNewIds,
    take,
    changed: () => setStateVersion((value) => value + 1),
    schedule: options.schedule,
  });

  /** A read begins without a cursor: what is there already, of the time it begins with, will come again. */
  function meet(direction: Direction, first: boolean) {
    const seam = createSeam();
    const [oldest, newest] = [shown.entries[0], shown.entries.at(-1)];
    if (direction === "newer") seam.hold(newest ? shown.entries.slice(indexOfTime(shown.entries, newest.at)) : []);
    else if (first && attached()) seam.hold(recent.entries);
    else seam.hold(oldest ? shown.entries.slice(0, indexOfTime(shown.entries, oldest.at + 1)) : []);
    seams[direction] = seam;
  }

  /** Puts a page in its place; what the streams gave is theirs, the kept logs say what lies before. */
  function place(entries: LogEntry[], direction: Direction, reaches: number, first: boolean) {
    const wanted = filter();
    const fitting = entries.filter((entry) => entry.kind === "line" || passes(wanted, entry));
    if (direction === "older") {
      const added = seams.older.without(fitting);
      if (attached()) {
        const between = recent.entries.slice(
          indexOfTime(recent.entries, reaches),
          indexOfTime(recent.entries, shownFrom),
        );
        shown.insert(filtered(between), "oldest");
        if (first) ahead.hold(added.filter(({ at }) => at >= (recent.entries.at(-1)?.at ?? reaches)));
      }
      shownFrom = reaches;
      if (shown.insert(added, "oldest") > 0) {
        setAttached(false);
        reader.cut("newer");
      }
      return changed();
    }
    if (shown.insert(seams.newer.without(fitting)) > 0) {
      shownFrom = shown.entries[0]?.at ?? shownFrom;
      reader.cut("older");
    }
    changed();
  }

  /** The newest kept line is shown: goes on with what the streams gave since. */
  function attach() {
    const own = createSeam();
    own.hold(shown.entries.slice(indexOfTime(shown.entries, recentFrom)));
    const added = own.without(filtered(since(recentFrom)));
    ahead = createSeam();
    ahead.hold(shown.entries.slice(indexOfTime(shown.entries, recent.entries.at(-1)?.at ?? Number.NEGATIVE_INFINITY)));
    // Of one instant, what was kept comes first.
    shown.insert(added.map((entry) => ({ ...entry, id: takeNewIds(1) })));
    setAttached(true);
    setMissed(0);
    changed();
  }

  const reader = createKeptReader({
    history,
    // A pattern that is none is looked for nowhere.
    query: () => (pattern() ? query() : { ...query(), text: "" }),
    originOf,
    shown: () => shown.entries,
    shownFrom: () => shownFrom,
    needs(of) {
      const found = new Map<string | undefined, number>();
      for (const entry of of === "whole" ? since(recentFrom) : recent.entries) {
        if (entry.kind !== "line" || (of !== "newest" && found.has(entry.origin?.name))) continue;
        found.set(entry.origin?.name, entry.at);
      }
      return [...found].map(([container, at]) => ({ container, at }));
    },
    attached,
    whole,
    calm: () => recent.entries.length < CALM_MAX,
    settled: () => live.states().every(({ heard }) => heard),
    takeNewIds,
    takeOldIds,
    meet,
    place,
    attach,
    failed(error) {
      setProblem(toMessage(error));
      if (!attached()) return;
      // What the streams gave is better than nothing.
      shown.clear();
      shownFrom = Number.NEGATIVE_INFINITY;
      shown.insert(filtered(recent.entries));
      changed();
    },
  });

  function reset(state?: "reading") {
    shown.clear();
    shownFrom = Number.NEGATIVE_INFINITY;
    ahead = createSeam();
    seams.older = createSeam();
    seams.newer = createSeam();
    reader.reset(state);
    setProblem("");
  }
  function showLive() {
    lookup = undefined;
    reset();
    setAttached(true);
    setMissed(0);
    shownFrom = history() && recent.entries.length > 0 ? recentFrom : Number.NEGATIVE_INFINITY;
    shown.insert(filtered(since(shownFrom)));
    changed();
    if (history()) void reader.loadOlder();
  }
  /** What is being looked up, to be looked up again when the filter changes meanwhile. */
  let lookup: (() => void) | undefined;
  async function showPast(load: () => Promise<Target | undefined>) {
    const again = () => void showPast(load);
    lookup = again;
    reset("reading");
    setAttached(false);
    setMissed(0);
    changed();
    try {
      const found = await load();
      if (lookup === again) lookup = undefined;
      viewAt = found?.place.at ?? viewAt;
      if (found) setTarget(found);
    } catch (error) {
      if (error instanceof DOMException && error.name === "AbortError") return;
      lookup = undefined;
      reader.fail();
      setProblem(toMessage(error));
    }
  }
  const placeOf = (at: number): Place =>
    shown.entries[Math.min(indexOfTime(shown.entries, at), shown.entries.length - 1)] ?? { at, id: 0 };
  const goTo = (at: number) =>
    void showPast(async () => {
      await reader.around(nanoOf(at));
      return { place: placeOf(at), line: false };
    });
  /** Shows a kept line among its neighbours. */
  const goToLine = (id: string) =>
    void showPast(async () => {
      const time = await reader.timeOf(id);
      if (time === undefined) {
        setProblem("This line is no longer kept.");
        await reader.end();
        const last = shown.entries.at(-1);
        return last && { place: last, line: false };
      }
      await reader.around(time);
      const line = shown.entries.find((entry) => entry.kind === "line" && entry.kept === id);
      return { place: line ?? placeOf(Date.parse(time)), line: line !== undefined };
    });
  const showEnd = () =>
    void showPast(async () => {
      await reader.end();
      const last = shown.entries.at(-1);
      return last && { place: last, line: false };
    });
  const showStart = () =>
    void showPast(async () => {
      await reader.start();
      const first = shown.entries[0];
      return first && { place: first, line: false };
    });
  const reload = () => {
    if (lookup && history()) lookup();
    else if (query().until !== undefined && history()) showEnd();
    else if (attached() || !history() || viewAt === undefined) showLive();
    else goTo(viewAt);
  };

  createEffect(
    on(options.sources, (wanted, before = []) => {
      const keys = new Set(wanted.map(({ key }) => key));
      if (before.some(({ key }) => !keys.has(key) && !options.staysShown?.(key))) {
        live.close();
        recent.clear();
        recentFrom = Number.NEGATIVE_INFINITY;
        showLive();
      }
      live.follow(wanted);
    }),
  );
  onCleanup(() => {
    live.close();
    reader.reset();
  });

  let compiling = 0;
  createEffect(
    on([() => query().text, () => query().regex], ([text, regex]) => {
      const own = ++compiling;
      const use = (made: LinePattern | undefined, error = "") => {
        if (own !== compiling) return;
        setPatternError(error);
        setPattern(() => made);
        shown.setPattern(made);
        changed();
      };
      if (text === "") return use(undefined);
      if (!regex) return use(textPattern(text));
      regexPattern(text).then(use, (error) => use(undefined, toMessage(error)));
    }),
  );
  const until = createMemo(() => query().until);
  createEffect(on([filter, until, history], reload, { defer: true }));
  // Which containers are followed matters at the live end only: somebody who reads the past stays there.
  createEffect(on(whole, () => attached() && reload(), { defer: true }));
  if (until() !== undefined && history()) showEnd();

  return {
    /** Shown entries, oldest first; always the same array. */
    shown: (): readonly LogEntry[] => {
      version();
      return shown.entries;
    },
    /** The shown lines that match the search. */
    matches: (): readonly LogEntry[] => {
      version();
      return shown.matches;
    },
    /** Entries the streams gave, shown or not. */
    total: () => {
      version();
      return recent.entries.length;
    },
    /** Grows whenever `shown` or `matches` changed. */
    version,
    /** Of all sources together. */
    status: (): { status: LogStatus; message: string } => {
      stateVersion();
      return worstOf(live.states());
    },
    query,
    pattern,
    patternError,
    problem,
    target,
    attached,
    /** Lines that came while the past is shown. */
    missed,
    older: reader.older,
    newer: reader.newer,
    reached: reader.reached,
    catchUp: reader.catchUp,
    loadOlder: reader.loadOlder,
    loadNewer: reader.loadNewer,
    setFollowing(next: boolean) {
      following = next;
    },
    /** Tells where the reader is. */
    setViewAt(at: number) {
      viewAt = at;
    },
    /** Whether there are kept logs to read back. */
    keeps: () => history() !== undefined,
    goTo,
    goToLine,
    showStart,
    showLive: () => (query().until !== undefined && history() ? showEnd() : showLive()),
    /** The next line beyond what is loaded that matches the search; shows it when there is one. */
    async findBeyond(direction: Direction): Promise<boolean> {
      const id = await reader.findBeyond(direction);
      if (id !== undefined) goToLine(id);
      return id !== undefined;
    },
    /** The id a line is kept under, asked for when only the stream has told of it. */
    keptId: async (line: LogLine): Promise<string | undefined> => line.kept ?? (await reader.idOf(line)),
    clear() {
      recentFrom = Math.max(recentFrom, (recent.entries.at(-1)?.at ?? recentFrom) + 1);
      reader.stop();
      recent.clear();
      shown.clear();
      changed();
    },
  };
}

const gravity: readonly LogStatus[] = ["reattaching", "live", "closed", "failed"];

/** One source speaks for itself; of several, one that is live makes the whole live. */
function worstOf(states: readonly { status: LogStatus; message: string }[]): { status: LogStatus; message: string } {
  for (const status of gravity) {
    const found = states.find((state) => state.status === status);
    if (found) return found;
  }
  return { status: "closed", message: "Not running" };
}
