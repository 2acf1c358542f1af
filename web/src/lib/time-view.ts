import { type Accessor, createContext, createMemo, createSignal, useContext } from "solid-js";
import type { TimeRange } from "./time-range.ts";

/** Something that happened, drawn on every time axis of a page. */
export interface TimeMark {
  /** Milliseconds since 1970. */
  at: number;
  text: string;
  tone: "neutral" | "ok" | "warn" | "bad" | "info";
}

/** Where marks come from: alerts, actions of people and keys, and the log history (exits, restarts, gaps). */
export type MarkSource = "alerts" | "actions" | "log";

/** Marks of a period, with the sources that were read and those that failed. A source that is in neither is not known yet. */
export interface FoundMarks {
  marks: readonly TimeMark[];
  read: readonly MarkSource[];
  failed: readonly MarkSource[];
}

export const noMarks: FoundMarks = { marks: [], read: [], failed: [] };

/** The time that a page shows: one range and one line under the pointer for its log, its charts and its events. */
export interface TimeView {
  range: Accessor<TimeRange>;
  /** Shows another period everywhere. */
  setRange(range: TimeRange): void;
  /** The instant that is pointed at in any part, in milliseconds since 1970. */
  cursor: Accessor<number | undefined>;
  setCursor(at: number | undefined): void;
  marks: Accessor<readonly TimeMark[]>;
  /** What `marks` holds, by source. */
  found: Accessor<FoundMarks>;
  /** Marks that the page's own log has; undefined when they could not be read, "unread" while that is not known. */
  setLogMarks(marks: readonly TimeMark[] | "unread" | undefined): void;
  /** From when until when the page's main axis reaches; undefined until it is known. */
  extent: Accessor<readonly [from: number, to: number] | undefined>;
  setExtent(extent: readonly [from: number, to: number] | undefined): void;
}

export interface TimeViewOptions {
  range: Accessor<TimeRange>;
  setRange(range: TimeRange): void;
  found?: Accessor<FoundMarks>;
}

export function createTimeView({ range, setRange, found = () => noMarks }: TimeViewOptions): TimeView {
  const [cursor, setCursor] = createSignal<number>();
  const [extent, setExtent] = createSignal<readonly [number, number] | undefined>(undefined, {
    equals: (left, right) => left?.[0] === right?.[0] && left?.[1] === right?.[1],
  });
  const [logFound, setLogFound] = createSignal<FoundMarks>(noMarks);
  const setLogMarks: TimeView["setLogMarks"] = (marks) => {
    if (marks === "unread") setLogFound(noMarks);
    else setLogFound(marks ? { marks, read: ["log"], failed: [] } : { marks: [], read: [], failed: ["log"] });
  };
  const all = createMemo((): FoundMarks => {
    const [one, other] = [found(), logFound()];
    return {
      marks: [...one.marks, ...other.marks],
      read: [...one.read, ...other.read],
      failed: [...one.failed, ...other.failed],
    };
  });
  return { range, setRange, cursor, setCursor, marks: () => all().marks, found: all, setLogMarks, extent, setExtent };
}

const TimeViewContext = createContext<TimeView>();

export const TimeViewProvider = TimeViewContext.Provider;

/** The time of the page; undefined for parts that stand alone. Called while a component is set up. */
export const useTimeView = (): TimeView | undefined => useContext(TimeViewContext);

/** Shortest period that a brush selects, in milliseconds. */
export const BRUSH_MIN_MS = 1_000;

/** The period between two instants in any order, at least a second long. */
export function toBrushed(one: number, other: number): TimeRange {
  const [from, to] = [Math.min(one, other), Math.max(one, other)];
  return {
    since: new Date(Math.floor(from)).toISOString(),
    until: new Date(Math.ceil(Math.max(to, from + BRUSH_MIN_MS))).toISOString(),
  };
}

/** Share of the axis that an arrow key moves by. */
const KEY_STEP = 1 / 60;

export interface TimeKeysOptions {
  view: TimeView;
  extent: Accessor<readonly [from: number, to: number] | undefined>;
  /** Goes to an instant without another range. */
  onGo?: ((at: number) => void) | undefined;
}

/**
 * The keys of a time axis: arrows move the line, with Shift they select a period, Enter shows it or goes to the line, and
 * Escape lets go of both.
 */
export function createTimeKeys({ view, extent, onGo }: TimeKeysOptions) {
  /** Where the selection by keys began. */
  const [anchor, setAnchor] = createSignal<number>();
  const moves: Record<string, (at: number, from: number, to: number) => number> = {
    ArrowLeft: (at, from, to) => at - (to - from) * KEY_STEP,
    ArrowRight: (at, from, to) => at + (to - from) * KEY_STEP,
    Home: (_, from) => from,
    End: (_, __, to) => to,
  };
  function onKeyDown(event: KeyboardEvent): void {
    const known = extent();
    if (!known || event.ctrlKey || event.metaKey || event.altKey) return;
    const [from, to] = known;
    const at = view.cursor() ?? to;
    const move = moves[event.key];
    if (move) {
      if (event.shiftKey) setAnchor((held) => held ?? at);
      else setAnchor(undefined);
      view.setCursor(Math.min(to, Math.max(from, move(at, from, to))));
    } else if (event.key === "Enter") {
      const began = anchor();
      setAnchor(undefined);
      if (began !== undefined && Math.abs(began - at) >= BRUSH_MIN_MS) view.setRange(toBrushed(began, at));
      else onGo?.(at);
    } else if (event.key === "Escape" && (anchor() !== undefined || view.cursor() !== undefined)) {
      setAnchor(undefined);
      view.setCursor(undefined);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }
  /** The period selected so far. */
  const selected = (): readonly [from: number, to: number] | undefined => {
    const [began, at] = [anchor(), view.cursor()];
    return began === undefined || at === undefined ? undefined : [Math.min(began, at), Math.max(began, at)];
  };
  return { onKeyDown, selected };
}

/** The newest mark within reach of an instant, and how many there are. */
export function markAt(
  marks: readonly TimeMark[],
  at: number,
  reach: number,
): { mark: TimeMark; more: number } | undefined {
  const near = marks.filter((mark) => Math.abs(mark.at - at) <= reach);
  const [first] = near.sort((left, right) => Math.abs(left.at - at) - Math.abs(right.at - at));
  return first && { mark: first, more: near.length - 1 };
}
