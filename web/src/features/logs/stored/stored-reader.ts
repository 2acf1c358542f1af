import { type Accessor, createSignal } from "solid-js";
import type { LogEntry, LogOrigin } from "../live/log-entry.ts";
import type { Direction } from "../live/log-timeline.ts";
import { SKEW_MS } from "../live/merge-boundary.ts";
import { type LogQuery, toStoredQuery } from "../search/log-query.ts";
import type { LogHistory, StoredNeed } from "./log-history.ts";
import { justBefore, type Page, readPage, sinceOf, untilOf, within } from "./log-pages.ts";
import { createStoredLookup } from "./stored-lookup.ts";

export type ReadState = "more" | "reading" | "end" | "failed";

/** Keeping lags behind the streams by moments: how often, and after how many milliseconds, it is looked again. */
const LAG_LOOKS = 12;
const LAG_MS = 250;
/** Longest wait for the first words of every stream, in milliseconds. */
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
  /** Every stream has said something. */
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

/** Reads the log history page by page, away from what is shown in both directions. */
export function createStoredReader(options: StoredReaderOptions) {
  const { history, query, originOf, shown, attached } = options;
  const [older, setOlder] = createSignal<ReadState>("more");
  const [newer, setNewer] = createSignal<ReadState>("more");
  const [reached, setReached] = createSignal<string | null>(null);
  let abort = new AbortController();
  let begun = false;
  /** Counts how often lines gave way. */
  let cuts = 0;
  /** Cursors at the two ends of what is shown; undefined where lines gave way, or none were read. */
  let olderCursor: string | undefined;
  let newerCursor: string | undefined;

  const read = (
    place: { order: "asc" | "desc"; before?: string | undefined; after?: string | undefined },
    bounds: { since?: string; until?: string },
    takeIds: (count: number) => number,
    signal: AbortSignal,
  ): Promise<Page> => {
    const stored = history();
    if (!stored) throw new DOMException("No log history", "AbortError");
    return readPage({
      history: stored,
      query: within(toStoredQuery(query()), bounds),
      place,
      takeIds,
      originOf,
      signal,
      onReached: setReached,
    });
  };

  /** Waits until the lines of the streams' beginning are stored: only then the page before them leaves nothing out. */
  async function untilStored(needs: readonly StoredNeed[], signal: AbortSignal): Promise<void> {
    for (let look = 0; needs.length > 0 && look < LAG_LOOKS && !signal.aborted; look++) {
      if (!history() || (await history()?.reaches(needs, signal))) return;
      await pause(LAG_MS, signal);
    }
  }

  async function readOlder(signal: AbortSignal): Promise<void> {
    const first = !begun;
    if (first && attached()) {
      for (let waited = 0; waited < SETTLE_MS && !options.settled() && !signal.aborted; waited += 50)
        await pause(50, signal);
      begun = true;
      await untilStored(options.needs("all"), signal);
    }
    begun = true;
    if (signal.aborted) return;
    const edge = options.shownFrom();
    // Where the streams begin, lines may be stored a little out of order: what both have is told by the boundary.
    // What happened between the lines of a calm stream is told from its beginning by the log history alone.
    const fromEnd = first && attached() && (!options.whole() || options.calm());
    const until =
      olderCursor !== undefined || fromEnd || !Number.isFinite(edge)
        ? undefined
        : untilOf(edge + (first ? SKEW_MS : 0));
    const bounds = until === undefined ? {} : { until };
    for (;;) {
      const from = olderCursor;
      const cutsBefore = cuts;
      const page = await read({ order: "desc", before: from }, bounds, options.takeOldIds, signal);
      // What gave way meanwhile lies between this page and what is left: it is read anew.
      if (signal.aborted || cuts !== cutsBefore) return;
      // Lines that came while it was read are met as well.
      if (from === undefined) options.meet("older", first);
      olderCursor = page.older ?? undefined;
      newerCursor ??= page.newer ?? undefined;
      const oldest = page.entries.find(({ kind }) => kind === "line")?.at ?? edge;
      const whole = Number.isFinite(edge) ? Math.min(oldest, edge) : oldest;
      options.place(page.entries, "older", page.more ? whole : Number.NEGATIVE_INFINITY, first);
      if (!page.more) return void setOlder("end");
      // From the end to where all is shown: what lies between is not read by anybody else.
      if (!fromEnd || oldest <= edge) return void setOlder("more");
    }
  }

  async function readNewer(signal: AbortSignal): Promise<void> {
    const last = shown().at(-1);
    const bounded = query().until !== undefined;
    if (!bounded) await untilStored(options.needs("whole"), signal);
    if (signal.aborted) return;
    const bounds = newerCursor === undefined && last ? { since: sinceOf(last.at) } : {};
    const after = newerCursor;
    const cutsBefore = cuts;
    const page = await read({ order: "asc", after }, bounds, options.takeNewIds, signal);
    if (signal.aborted || cuts !== cutsBefore) return;
    if (after === undefined) options.meet("newer", false);
    newerCursor = page.newer ?? newerCursor;
    options.place(page.entries, "newer", options.shownFrom(), false);
    setNewer(page.more ? "more" : "end");
    if (!page.more && !bounded) options.attach();
  }

  async function load(
    state: Accessor<ReadState>,
    set: (state: ReadState) => void,
    work: (signal: AbortSignal) => Promise<void>,
  ) {
    if (!history() || state() === "reading" || state() === "end") return;
    const { signal } = abort;
    set("reading");
    try {
      await work(signal);
    } catch (error) {
      if (signal.aborted || isAbort(error)) return;
      set("failed");
      options.failed(error);
    } finally {
      if (!signal.aborted && state() === "reading") set("more");
    }
  }

  /** A first page, or two of them around a time. */
  async function begin(pages: readonly { order: "asc" | "desc"; bounds: { since?: string; until?: string } }[]) {
    const { signal } = abort;
    begun = true;
    setOlder("reading");
    setNewer("reading");
    const found = await Promise.all(
      pages.map(({ order, bounds }) =>
        read({ order }, bounds, order === "desc" ? options.takeOldIds : options.takeNewIds, signal),
      ),
    );
    if (signal.aborted) throw new DOMException("Aborted", "AbortError");
    pages.forEach(({ order }, index) => {
      const page = found[index] as Page;
      if (order === "desc") {
        olderCursor = page.older ?? undefined;
        if (pages.length === 1) newerCursor = page.newer ?? undefined;
        setOlder(page.more ? "more" : "end");
      } else {
        newerCursor = page.newer ?? undefined;
        if (pages.length === 1) setOlder("end");
      }
      const oldest = page.more ? (page.entries[0]?.at ?? Number.NEGATIVE_INFINITY) : Number.NEGATIVE_INFINITY;
      options.place(page.entries, order === "desc" ? "older" : "newer", oldest, false);
    });
    // The end of the stored lines is where the streams go on: that is found by reading on, unless the range ends before.
    setNewer("more");
  }

  const lookup = createStoredLookup({
    history,
    query,
    originOf,
    shown,
    signal: () => abort.signal,
    onReached: setReached,
  });

  return {
    older,
    newer,
    /** How far a search came that finds little, as ISO 8601. */
    reached,
    /** Whether older lines were asked for since the last reset. */
    begun: () => begun,
    loadOlder: () => load(older, setOlder, readOlder),
    loadNewer: () => (attached() ? Promise.resolve() : load(newer, setNewer, readNewer)),
    /** Lines at one end gave way: it is read again from the last that is left. */
    cut(direction: Direction) {
      cuts++;
      if (direction === "older") {
        olderCursor = undefined;
        setOlder("more");
      } else {
        newerCursor = undefined;
        setNewer("more");
      }
    },
    /** What is older is not wanted any more. */
    stop() {
      abort.abort();
      abort = new AbortController();
      begun = true;
      setOlder("end");
    },
    /** `reading`: a first page is about to be asked for, and no other may come before it. */
    reset(state: "more" | "reading" = "more") {
      abort.abort();
      abort = new AbortController();
      begun = false;
      olderCursor = undefined;
      newerCursor = undefined;
      setOlder(state);
      setNewer(state);
      setReached(null);
    },
    /** The first page could not be read. */
    fail() {
      setOlder("failed");
      setNewer("failed");
    },
    /** A time as stored, in nanoseconds: many lines may share a millisecond. */
    around: (time: string) =>
      begin([
        { order: "desc", bounds: { until: justBefore(time) } },
        { order: "asc", bounds: { since: time } },
      ]),
    end: () => begin([{ order: "desc", bounds: {} }]),
    start: () => begin([{ order: "asc", bounds: {} }]),

    /** Waits a moment for the newest lines of the streams to be stored. */
    catchUp: () => untilStored(options.needs("newest"), abort.signal),
    ...lookup,
  };
}
