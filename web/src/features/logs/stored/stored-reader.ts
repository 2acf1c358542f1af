import type { Accessor } from "solid-js";
import type { LogEntry, LogOrigin } from "../live/log-entry.ts";
import type { Direction } from "../live/log-timeline.ts";
import { SKEW_MS } from "../live/merge-boundary.ts";
import { type LogQuery, toStoredQuery } from "../search/log-query.ts";
import type { LinePlace, LogHistory, StoredNeed } from "./log-history.ts";
import { justBefore, type Page, readPage, sinceOf, untilOf, within } from "./log-pages.ts";
import { createReaderState, type ReaderState } from "./reader-state.ts";
import { createStoredLookup } from "./stored-lookup.ts";

/** Keeping lags behind the streams by moments: how often, and after how many milliseconds, it is looked again. */
const LAG_LOOKS = 12;
const LAG_MS = 250;
/** Longest wait for the first message of every stream, in milliseconds. */
const SETTLE_MS = 800;

export interface StoredReaderOptions {
  history: Accessor<LogHistory | undefined>;
  query: Accessor<LogQuery>;
  originOf(container: string): LogOrigin | undefined;
  shown(): readonly LogEntry[];
  shownFrom(): number;
  /** The first line of each stream, of all it gave or only of those from which on none is missing; or the newest. */
  needs(of: "all" | "whole" | "newest"): StoredNeed[];
  attached: Accessor<boolean>;
  /** All containers are followed. */
  whole: Accessor<boolean>;
  /** The streams gave few lines so far: reading all of those again costs little. */
  calm(): boolean;
  /** Whether every stream has delivered something. */
  settled(): boolean;
  takeNewIds(count: number): number;
  takeOldIds(count: number): number;
  /** A read begins without a cursor. `first`: the one that meets the streams. */
  meet(direction: Direction, first: boolean): void;
  /** `reaches`: what is shown is whole from there on, in milliseconds since 1970. `first`: the page that meets the streams. */
  place(entries: LogEntry[], direction: Direction, reaches: number, first: boolean): void;
  /** The newest stored line is shown, and the streams gave everything after it. */
  attach(): void;
  failed(error: unknown): void;
}

const pause = (ms: number, signal: AbortSignal) =>
  new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });

const isAbort = (error: unknown) => error instanceof DOMException && error.name === "AbortError";

/** Reads one page of the history into the reader's state. */
type Read = (
  place: { order: "asc" | "desc"; before?: string | undefined; after?: string | undefined },
  bounds: Bounds,
  signal: AbortSignal,
) => Promise<Page>;

interface Bounds {
  since?: string;
  until?: string;
}

function createRead(
  { history, query, originOf, takeNewIds, takeOldIds }: StoredReaderOptions,
  state: ReaderState,
): Read {
  return (place, bounds, signal) => {
    const stored = history();
    if (!stored) throw new DOMException("No log history", "AbortError");
    return readPage({
      history: stored,
      query: within(toStoredQuery(query()), bounds),
      place,
      takeIds: place.order === "desc" ? takeOldIds : takeNewIds,
      originOf,
      signal,
      onReached: state.setReached,
    });
  };
}

/** Waits until the lines of the streams' beginning are stored: only then the page before them leaves nothing out. */
async function untilStored(
  history: Accessor<LogHistory | undefined>,
  needs: readonly StoredNeed[],
  signal: AbortSignal,
): Promise<void> {
  for (let look = 0; needs.length > 0 && look < LAG_LOOKS && !signal.aborted; look++) {
    if (!history() || (await history()?.reaches(needs, signal))) return;
    await pause(LAG_MS, signal);
  }
}

async function readOlder(
  options: StoredReaderOptions,
  state: ReaderState,
  read: Read,
  signal: AbortSignal,
): Promise<void> {
  const { attached, history } = options;
  const first = !state.begun();
  if (first && attached()) {
    for (let waited = 0; waited < SETTLE_MS && !options.settled() && !signal.aborted; waited += 50)
      await pause(50, signal);
    state.begin();
    await untilStored(history, options.needs("all"), signal);
  }
  state.begin();
  if (signal.aborted) return;
  const edge = options.shownFrom();
  // Where the streams begin, lines may be stored a little out of order: what both have is found by the boundary.
  // Only the history has the notices between the lines of a calm stream from its beginning.
  const fromEnd = first && attached() && (!options.whole() || options.calm());
  const isOpen = state.cursors.older !== undefined || fromEnd || !Number.isFinite(edge);
  const bounds = isOpen ? {} : { until: untilOf(edge + (first ? SKEW_MS : 0)) };
  for (;;) {
    const from = state.cursors.older;
    const cutsBefore = state.cuts();
    const page = await read({ order: "desc", before: from }, bounds, signal);
    // The entries that were dropped in the meantime lie between this page and the rest: they are read again.
    if (signal.aborted || state.cuts() !== cutsBefore) return;
    // Lines that came while it was read are met as well.
    if (from === undefined) options.meet("older", first);
    state.cursors.older = page.older ?? undefined;
    state.cursors.newer ??= page.newer ?? undefined;
    const oldest = page.entries.find(({ kind }) => kind === "line")?.at ?? edge;
    const whole = Number.isFinite(edge) ? Math.min(oldest, edge) : oldest;
    options.place(page.entries, "older", page.more ? whole : Number.NEGATIVE_INFINITY, first);
    if (!page.more) return state.set("older", "end");
    // From the end to where all is shown: nothing else reads what lies between.
    if (!fromEnd || oldest <= edge) return state.set("older", "more");
  }
}

async function readNewer(
  options: StoredReaderOptions,
  state: ReaderState,
  read: Read,
  signal: AbortSignal,
): Promise<void> {
  const last = options.shown().at(-1);
  const bounded = options.query().until !== undefined;
  if (!bounded) await untilStored(options.history, options.needs("whole"), signal);
  if (signal.aborted) return;
  const after = state.cursors.newer;
  const bounds = after === undefined && last ? { since: sinceOf(last.at) } : {};
  const cutsBefore = state.cuts();
  const page = await read({ order: "asc", after }, bounds, signal);
  if (signal.aborted || state.cuts() !== cutsBefore) return;
  if (after === undefined) options.meet("newer", false);
  state.cursors.newer = page.newer ?? state.cursors.newer;
  options.place(page.entries, "newer", options.shownFrom(), false);
  state.set("newer", page.more ? "more" : "end");
  if (!page.more && !bounded) options.attach();
}

/** The first page in a direction: from a cursor, or of a range of time. */
interface FirstPage {
  order: "asc" | "desc";
  bounds?: Bounds;
  before?: string;
  after?: string;
}

/** A first page, or two of them around a place: returns what was read. */
async function readFirst(
  options: StoredReaderOptions,
  state: ReaderState,
  read: Read,
  pages: readonly FirstPage[],
): Promise<Page[]> {
  const signal = state.signal();
  state.begin();
  state.set("older", "reading");
  state.set("newer", "reading");
  const found = await Promise.all(pages.map(({ bounds = {}, ...place }) => read(place, bounds, signal)));
  if (signal.aborted) throw new DOMException("Aborted", "AbortError");
  pages.forEach(({ order }, index) => {
    const page = found[index] as Page;
    const isOnly = pages.length === 1;
    if (order === "desc") {
      state.cursors.older = page.older ?? undefined;
      if (isOnly) state.cursors.newer = page.newer ?? undefined;
      state.set("older", page.more ? "more" : "end");
    } else {
      state.cursors.newer = page.newer ?? undefined;
      if (isOnly) state.set("older", "end");
    }
    const oldest = page.more ? (page.entries[0]?.at ?? Number.NEGATIVE_INFINITY) : Number.NEGATIVE_INFINITY;
    options.place(page.entries, order === "desc" ? "older" : "newer", oldest, false);
  });
  // The end of the stored lines is where the streams continue: that is found by reading on, unless the range ends before.
  state.set("newer", "more");
  return found;
}

/** Reads the log history page by page, away from what is shown in both directions. */
export function createStoredReader(options: StoredReaderOptions) {
  const { history, query, originOf, shown, attached } = options;
  const state = createReaderState();
  const read = createRead(options, state);

  async function load(direction: Direction, work: typeof readOlder) {
    const stateOf = state.state(direction);
    if (!history() || stateOf() === "reading" || stateOf() === "end") return;
    const signal = state.signal();
    state.set(direction, "reading");
    try {
      await work(options, state, read, signal);
    } catch (error) {
      if (signal.aborted || isAbort(error)) return;
      state.set(direction, "failed");
      options.failed(error);
    } finally {
      if (!signal.aborted && stateOf() === "reading") state.set(direction, "more");
    }
  }
  const first = (...pages: FirstPage[]) => readFirst(options, state, read, pages);

  return {
    older: state.state("older"),
    newer: state.state("newer"),
    /** How far a search came that finds little, as ISO 8601. */
    reached: state.reached,
    begun: state.begun,
    loadOlder: () => load("older", readOlder),
    loadNewer: () => (attached() ? Promise.resolve() : load("newer", readNewer)),
    cut: state.cut,
    stop: state.stop,
    reset: state.reset,
    fail: state.fail,
    /** @param time in nanoseconds, as those of stored lines */
    aroundTime: (time: string) =>
      first({ order: "desc", bounds: { until: justBefore(time) } }, { order: "asc", bounds: { since: time } }),
    /**
     * By cursors, since any number of lines may have one time. Returns what stands at the place: the line, or without it the
     * next one.
     */
    async aroundLine({ before, from }: LinePlace): Promise<LogEntry | undefined> {
      const [older, newer] = await first({ order: "desc", before }, { order: "asc", after: from });
      return newer?.entries[0] ?? older?.entries.at(-1);
    },
    end: () => first({ order: "desc" }),
    start: () => first({ order: "asc" }),
    /** Waits a moment for the newest lines of the streams to be stored. */
    catchUp: () => untilStored(history, options.needs("newest"), state.signal()),
    ...createStoredLookup({ history, query, originOf, shown, signal: state.signal, onReached: state.setReached }),
  };
}
