import { type Accessor, createEffect, createMemo, getOwner, on, onCleanup, runWithOwner } from "solid-js";
import { toMessage } from "../../../lib/api/failure.ts";
import { sameFilter } from "../search/log-filter.ts";
import { type LogQuery, noQuery, toFilter } from "../search/log-query.ts";
import { createSearchPattern } from "../search/search-pattern.ts";
import type { LogHistory } from "../stored/log-history.ts";
import { createStoredReader } from "../stored/stored-reader.ts";
import { createFeedState, createIds } from "./feed-state.ts";
import { createLiveLogs, type LiveLogs, type LiveSource, worstOf } from "./live-logs.ts";
import type { LogEntry, LogLine, LogOrigin } from "./log-entry.ts";
import { createLogNavigation } from "./log-navigation.ts";
import { createLogTimeline, type Direction, type LogTimeline } from "./log-timeline.ts";
import { ENTRIES_MAX } from "./log-window.ts";

/** Newest entries held for the return to the live end, while older ones can be requested again. */
const RECENT_MAX = 10_000;

/** Lines of the streams that are few enough to be read from the log history once more. */
const CALM_MAX = 2_000;

export interface LogFeedOptions {
  sources: Accessor<readonly LiveSource[]>;
  /** The log history of the same containers; undefined while none are stored. */
  history?: Accessor<LogHistory | undefined>;
  /** It is not known yet whether there is a log history. */
  asking?: Accessor<boolean>;
  /** Every container of the log history is followed; else the newest lines too are read from those. */
  whole?: Accessor<boolean>;
  /** Whether the lines of a source that is no longer followed stay in view. */
  staysShown?: (key: string) => boolean;
  query?: Accessor<LogQuery>;
  /** What distinguishes a container from the others; undefined where there is only one. */
  originOf?: (container: string) => LogOrigin | undefined;
  maxEntries?: number;
  schedule?: (run: () => void, delay: number) => () => void;
}

export type LogFeed = ReturnType<typeof createLogFeed>;

/**
 * Follows logs and reads their history: holds a bounded window of lines that is either attached to the live end or lies
 * somewhere in the past, filtered and searched. Lives as long as the owner it is made in. Long because it only wires
 * timeline, streams, history and navigation together.
 */
export function createLogFeed(options: LogFeedOptions) {
  const { maxEntries = ENTRIES_MAX, originOf = () => undefined } = options;
  const history = options.history ?? (() => undefined);
  const asking = createMemo(options.asking ?? (() => false));
  const owner = getOwner();
  const historyKnown = () =>
    new Promise<void>((resolve) => {
      if (!asking()) return resolve();
      runWithOwner(owner, () => createEffect(() => asking() || resolve()));
    });
  const whole = createMemo(options.whole ?? (() => true));
  const query = createMemo(options.query ?? (() => noQuery));
  const ids = createIds();
  const state = createFeedState();
  const { changed, setMissed, setProblem } = state;
  let following = true;
  /** The problem shown is that a page could not be read: the next page that is read clears it. */
  let hasFailed = false;

  const timeline = createLogTimeline({
    maxEntries,
    maxRecent: RECENT_MAX,
    hasHistory: () => history() !== undefined,
    filter: () => filter(),
    takeNewIds: ids.takeNew,
    cut: (direction) => reader.cut(direction),
  });
  const { shown } = timeline;
  const recent = timeline.recent.window;
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
      if (restart) return renew();
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
    needs: timeline.recent.linesOf,
    attached: timeline.attached,
    whole,
    calm: () => recent.entries.length < CALM_MAX,
    settled: () => live.states().every(({ heard }) => heard),
    takeNewIds: ids.takeNew,
    takeOldIds: ids.takeOld,
    meet: timeline.meet,
    place(entries, direction, reaches, first) {
      if (hasFailed) setProblem("");
      hasFailed = false;
      timeline.place(entries, direction, reaches, first);
      moved();
    },
    attach() {
      timeline.attach();
      setMissed(0);
      moved();
    },
    failed(error) {
      hasFailed = true;
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

  /** Other logs are part of the view now: a reader who does not follow the live end stays where they read. */
  const renew = () => (following ? navigation.reload() : navigation.stay());

  followSources(options, live, () => {
    timeline.recent.forget();
    renew();
  });
  onCleanup(() => {
    live.close();
    reader.reset();
  });
  createEffect(on([filter, until, history], navigation.reload, { defer: true }));
  // A change of the followed containers matters at the live end only: a reader of the past stays there.
  createEffect(on(whole, () => timeline.attached() && renew(), { defer: true }));
  if (isBounded()) navigation.showEnd();

  return {
    ...createFeedView(timeline, live, state),
    query,
    pattern,
    patternError,
    target: navigation.target,
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
    /** Resolves once it is known whether there is a history. */
    historyKnown,
    /** Whether there is a history to read back. */
    hasHistory: () => history() !== undefined,
    goTo: navigation.goTo,
    goToLine: navigation.goToLine,
    showStart: navigation.showStart,
    showLive: () => (isBounded() ? navigation.showEnd() : navigation.showLive()),
    /**
     * Looks for the next line beyond what is loaded that matches the search, and shows it. Resolves with false when it is sure
     * that there is none. Shows why a search failed.
     */
    async findBeyond(direction: Direction): Promise<boolean> {
      await historyKnown();
      if (navigation.isMoving()) return true;
      try {
        const id = await reader.findBeyond(direction);
        if (id !== undefined) await navigation.goToLine(id);
        return id !== undefined;
      } catch (error) {
        if (!isAbort(error)) setProblem(toMessage(error));
        return true;
      }
    },
    /** The id under which a line is stored; requested if the line came from the stream. */
    storedId: async (line: LogLine): Promise<string | undefined> => line.storedId ?? (await reader.idOf(line)),
    clear() {
      reader.stop();
      timeline.recent.clear();
      shown.clear();
      changed();
    },
  };
}

const isAbort = (error: unknown) => error instanceof DOMException && error.name === "AbortError";

/** Opens the logs that are added, and closes those that are not wanted any more. */
function followSources({ sources, staysShown }: LogFeedOptions, live: LiveLogs, forget: () => void) {
  createEffect(
    on(sources, (wanted, before = []) => {
      const keys = new Set(wanted.map(({ key }) => key));
      if (before.some(({ key }) => !keys.has(key) && !staysShown?.(key))) {
        live.close();
        forget();
      }
      live.follow(wanted);
    }),
  );
}

/** What is shown, as signals. */
function createFeedView(timeline: LogTimeline, live: LiveLogs, state: ReturnType<typeof createFeedState>) {
  return {
    /** Shown entries, oldest first; always the same array. */
    shown: (): readonly LogEntry[] => {
      state.version();
      return timeline.shown.entries;
    },
    /** The shown lines that match the search. */
    matches: (): readonly LogEntry[] => {
      state.version();
      return timeline.shown.matches;
    },
    /** Entries the streams gave, shown or not. */
    total: () => {
      state.version();
      return timeline.recent.window.entries.length;
    },
    /** Grows whenever `shown` or `matches` changed. */
    version: state.version,
    /** Of all sources together. */
    status: () => {
      state.sourceVersion();
      return worstOf(live.states());
    },
    problem: state.problem,
    attached: state.attached,
    /** Lines that came while the past is shown. */
    missed: state.missed,
  };
}
