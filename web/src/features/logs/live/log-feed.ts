import { type Accessor, createEffect, createMemo, createSignal, on, onCleanup } from "solid-js";
import { toMessage } from "../../../lib/api/failure.ts";
import { sameFilter } from "../search/log-filter.ts";
import { type LogQuery, noQuery, toFilter } from "../search/log-query.ts";
import { createSearchPattern } from "../search/search-pattern.ts";
import type { LogHistory } from "../stored/log-history.ts";
import { createStoredReader } from "../stored/stored-reader.ts";
import { createLiveLogs, type LiveSource, worstOf } from "./live-logs.ts";
import type { LogEntry, LogLine, LogOrigin } from "./log-entry.ts";
import { createLogNavigation } from "./log-navigation.ts";
import { createLogTimeline, type Direction } from "./log-timeline.ts";
import { ENTRIES_MAX } from "./log-window.ts";

/** Newest entries held beside those in view, to come back to, where older ones can be asked for again. */
const RECENT_MAX = 10_000;

/** Lines of the streams that are few enough to be read from the log history once more. */
const CALM_MAX = 2_000;

export interface LogFeedOptions {
  sources: Accessor<readonly LiveSource[]>;
  /** The log history of the same containers; undefined while none are stored. */
  history?: Accessor<LogHistory | undefined>;
  /** Every container of the log history is followed; else the newest lines too are read from those. */
  whole?: Accessor<boolean>;
  /** Whether the lines of a source that is no longer followed stay in view. */
  staysShown?: (key: string) => boolean;
  query?: Accessor<LogQuery>;
  /** How a container is told from others; undefined where there is only one. */
  originOf?: (container: string) => LogOrigin | undefined;
  maxEntries?: number;
  schedule?: (run: () => void, delay: number) => () => void;
}

export type LogFeed = ReturnType<typeof createLogFeed>;

/** Ids in the order of the view: newer entries get larger ones, older ones that are read later get smaller ones. */
function createIds() {
  let up = 1;
  let down = 0;
  return {
    takeNew(count: number) {
      up += count;
      return up - count;
    },
    takeOld(count: number) {
      down -= count;
      return down;
    },
  };
}

/** The same as signals, for a page. */
function createFeedState() {
  const [version, setVersion] = createSignal(0);
  const [sourceVersion, setSourceVersion] = createSignal(0);
  const [attached, setAttached] = createSignal(true);
  const [missed, setMissed] = createSignal(0);
  const [problem, setProblem] = createSignal("");
  return {
    version,
    changed: () => setVersion((value) => value + 1),
    sourceVersion,
    sourcesChanged: () => setSourceVersion((value) => value + 1),
    attached,
    setAttached,
    missed,
    setMissed,
    problem,
    setProblem,
  };
}

/**
 * Follows logs and reads their history: holds a bounded window of lines that is either attached to the live end or lies
 * somewhere in the past, filtered and searched. Lives as long as the owner it is made in.
 */
export function createLogFeed(options: LogFeedOptions) {
  const { maxEntries = ENTRIES_MAX, originOf = () => undefined } = options;
  const history = options.history ?? (() => undefined);
  const whole = createMemo(options.whole ?? (() => true));
  const query = createMemo(options.query ?? (() => noQuery));
  const ids = createIds();
  const state = createFeedState();
  const { changed, setMissed, setProblem } = state;
  let following = true;

  const timeline = createLogTimeline({
    maxEntries,
    maxRecent: RECENT_MAX,
    hasHistory: () => history() !== undefined,
    filter: () => filter(),
    takeNewIds: ids.takeNew,
    cut: (direction) => reader.cut(direction),
  });
  const { shown, recent } = timeline;
  const { pattern, patternError } = createSearchPattern(query, (made) => {
    shown.setPattern(made);
    changed();
  });
  const filter = createMemo(() => toFilter(query(), pattern()), undefined, { equals: sameFilter });
  /** After anything that may have moved the view. */
  const moved = () => {
    state.setAttached(timeline.attached());
    changed();
  };

  const live = createLiveLogs({
    takeIds: ids.takeNew,
    take(entries) {
      const firstTimes = live.states().flatMap(({ firstAt }) => firstAt ?? []);
      const { missed, restart } = timeline.take(entries, firstTimes, reader.begun(), following);
      if (restart) return navigation.showLive();
      if (missed > 0) setMissed((count) => count + missed);
      moved();
    },
    changed: state.sourcesChanged,
    schedule: options.schedule,
  });

  const reader = createStoredReader({
    history,
    // An expression that does not compile is searched for nowhere.
    query: () => (pattern() ? query() : { ...query(), text: "" }),
    originOf,
    shown: () => shown.entries,
    shownFrom: timeline.shownFrom,
    needs: timeline.linesOf,
    attached: timeline.attached,
    whole,
    calm: () => recent.entries.length < CALM_MAX,
    settled: () => live.states().every(({ heard }) => heard),
    takeNewIds: ids.takeNew,
    takeOldIds: ids.takeOld,
    meet: timeline.meet,
    place(entries, direction, reaches, first) {
      timeline.place(entries, direction, reaches, first);
      moved();
    },
    attach() {
      timeline.attach();
      setMissed(0);
      moved();
    },
    failed(error) {
      setProblem(toMessage(error));
      if (!timeline.attached()) return;
      // What the streams gave is better than nothing.
      timeline.showRecent();
      changed();
    },
  });

  const until = createMemo(() => query().until);
  const isBounded = () => until() !== undefined && history() !== undefined;
  const navigation = createLogNavigation({
    timeline,
    reader,
    hasHistory: () => history() !== undefined,
    isBounded,
    setProblem,
    moved() {
      setMissed(0);
      moved();
    },
  });

  createEffect(
    on(options.sources, (wanted, before = []) => {
      const keys = new Set(wanted.map(({ key }) => key));
      if (before.some(({ key }) => !keys.has(key) && !options.staysShown?.(key))) {
        live.close();
        timeline.forgetRecent();
        navigation.showLive();
      }
      live.follow(wanted);
    }),
  );
  onCleanup(() => {
    live.close();
    reader.reset();
  });
  createEffect(on([filter, until, history], navigation.reload, { defer: true }));
  // Which containers are followed matters at the live end only: somebody who reads the past stays there.
  createEffect(on(whole, () => timeline.attached() && navigation.reload(), { defer: true }));
  if (isBounded()) navigation.showEnd();

  return {
    /** Shown entries, oldest first; always the same array. */
    shown: (): readonly LogEntry[] => {
      state.version();
      return shown.entries;
    },
    /** The shown lines that match the search. */
    matches: (): readonly LogEntry[] => {
      state.version();
      return shown.matches;
    },
    /** Entries the streams gave, shown or not. */
    total: () => {
      state.version();
      return recent.entries.length;
    },
    /** Grows whenever `shown` or `matches` changed. */
    version: state.version,
    /** Of all sources together. */
    status: () => {
      state.sourceVersion();
      return worstOf(live.states());
    },
    query,
    pattern,
    patternError,
    problem: state.problem,
    target: navigation.target,
    attached: state.attached,
    /** Lines that came while the past is shown. */
    missed: state.missed,
    older: reader.older,
    newer: reader.newer,
    reached: reader.reached,
    catchUp: reader.catchUp,
    loadOlder: reader.loadOlder,
    loadNewer: reader.loadNewer,
    setFollowing(next: boolean) {
      following = next;
    },
    setViewAt: navigation.setViewAt,
    /** Whether there is a history to read back. */
    hasHistory: () => history() !== undefined,
    goTo: navigation.goTo,
    goToLine: navigation.goToLine,
    showStart: navigation.showStart,
    showLive: () => (isBounded() ? navigation.showEnd() : navigation.showLive()),
    /** The next line beyond what is loaded that matches the search; shows it when there is one. */
    async findBeyond(direction: Direction): Promise<boolean> {
      const id = await reader.findBeyond(direction);
      if (id !== undefined) navigation.goToLine(id);
      return id !== undefined;
    },
    /** The id a line is stored under; asked for where only the stream has given it. */
    storedId: async (line: LogLine): Promise<string | undefined> => line.storedId ?? (await reader.idOf(line)),
    clear() {
      reader.stop();
      timeline.clear();
      changed();
    },
  };
}
