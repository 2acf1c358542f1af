import { type Accessor, createSignal } from "solid-js";
import type { Direction } from "../live/log-timeline.ts";

export type ReadState = "more" | "reading" | "end" | "failed";

export type ReaderState = ReturnType<typeof createReaderState>;

/** Where reading stands at the two ends of what is shown. */
export function createReaderState() {
  const [older, setOlder] = createSignal<ReadState>("more");
  const [newer, setNewer] = createSignal<ReadState>("more");
  const [reached, setReached] = createSignal<string | null>(null);
  const states = { older, newer };
  const setters = { older: setOlder, newer: setNewer };
  let abort = new AbortController();
  let begun = false;
  let cuts = 0;
  /** Undefined where lines were dropped, or none were read. */
  const cursors: Record<Direction, string | undefined> = { older: undefined, newer: undefined };
  const restart = () => {
    abort.abort();
    abort = new AbortController();
  };

  return {
    state: (direction: Direction): Accessor<ReadState> => states[direction],
    set: (direction: Direction, state: ReadState) => void setters[direction](state),
    reached,
    setReached,
    cursors,
    /** Aborts the pending reads. */
    signal: () => abort.signal,
    /** Whether older lines were requested since the last reset. */
    begun: () => begun,
    begin() {
      begun = true;
    },
    /** Counts how often lines were dropped. */
    cuts: () => cuts,
    /** Lines at one end were dropped: it is read again from the last that is left. */
    cut(direction: Direction) {
      cuts++;
      cursors[direction] = undefined;
      setters[direction]("more");
    },
    /** What is older is not wanted any more. */
    stop() {
      restart();
      begun = true;
      setOlder("end");
    },
    /** `reading`: the first page is about to be requested, and no other may precede it. */
    reset(state: "more" | "reading" = "more") {
      restart();
      begun = false;
      cursors.older = undefined;
      cursors.newer = undefined;
      setOlder(state);
      setNewer(state);
      setReached(null);
    },
    /** The first page could not be read. */
    fail() {
      setOlder("failed");
      setNewer("failed");
    },
  };
}
