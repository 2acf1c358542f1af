import type { LogLine, LostLines, Mark, Position } from "../../logs/log-source.ts";
import type { StoredLine } from "./container-frames.ts";

/**
 * A container's log has two tracks, `out` and `err`: the Engine promises order only within a stream. The epoch of a mark
 * is the stored time of the line, `at` its number among lines of that same time. The pseudo-track `id` says which
 * container the position belongs to.
 */
const tracks = ["out", "err"] as const;
const BEGINNING = "0001-01-01T00:00:00.000000000Z";
/** The two streams may be stored out of order by the skew of the Engine's copiers; a second is far above it. */
const SKEW_MS = 1_000;

export const startOf = (id: string): Position =>
  new Map<string, Mark>([
    ["id", { epoch: id.slice(0, 12), at: 0 }],
    ["out", { epoch: BEGINNING, at: 0 }],
    ["err", { epoch: BEGINNING, at: 0 }],
  ]);

export const idOf = (position: Position): string => position.get("id")?.epoch ?? "";

const markOf = (position: Position, track: string): Mark => position.get(track) ?? { epoch: BEGINNING, at: 0 };

/** The Engine's `since` (seconds.nanoseconds, inclusive) from which both tracks can be resumed. */
export function sinceOf(position: Position): string | undefined {
  const out = markOf(position, "out").epoch;
  const error = markOf(position, "err").epoch;
  const earlier = out < error ? out : error;
  if (earlier === BEGINNING) return undefined;
  return `${Math.floor(Date.parse(earlier) / 1000)}.${earlier.slice(20, 29)}`;
}

/**
 * The same position for a reader that comes back later: a stream that has been quiet is moved up to just before the
 * newest line, so that the Engine need not replay everything since its last one.
 */
export function settled(position: Position): Position {
  const epochs = tracks.map((track) => markOf(position, track).epoch).sort();
  const newest = epochs.at(-1) ?? BEGINNING;
  if (newest === BEGINNING) return position;
  const floor = skewBefore(newest);
  const next = new Map(position);
  for (const track of tracks) if (markOf(position, track).epoch < floor) next.set(track, { epoch: floor, at: 0 });
  return next;
}

/** The latest time at which nothing is missing of the other stream once the one has come to `time`. */
const skewBefore = (time: string) => `${new Date(Date.parse(time) - SKEW_MS).toISOString().slice(0, -1)}000000Z`;

const mark = String.raw`(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z)\.(\d{1,9})`;
const cursorPattern = new RegExp(`^c1~([0-9a-f]{12})~${mark}~${mark}$`);

export function formatContainerCursor(position: Position): string {
  const [out, error] = tracks.map((track) => markOf(position, track)) as [Mark, Mark];
  return `c1~${idOf(position)}~${out.epoch}.${out.at}~${error.epoch}.${error.at}`;
}

export function parseContainerCursor(cursor: string): Position | undefined {
  const match = cursorPattern.exec(cursor);
  if (!match) return undefined;
  const [, id = "", outTime = "", outAt, errorTime = "", errorAt] = match;
  if (Number.isNaN(Date.parse(outTime)) || Number.isNaN(Date.parse(errorTime))) return undefined;
  return new Map<string, Mark>([
    ["id", { epoch: id, at: 0 }],
    ["out", { epoch: outTime, at: Number(outAt) }],
    ["err", { epoch: errorTime, at: Number(errorAt) }],
  ]);
}

export interface ResumeFilter {
  /** Lines a reader at the position lacks, and whether some before them are gone for good. */
  accept(stored: readonly StoredLine[]): { lines: LogLine[]; lost: LostLines | undefined };
  /** A line was met, though not whole. */
  note(time: string | undefined): void;
  /** Sets tracks without a line yet to where the reading began, so that their first line is not taken for an old one. */
  baseline(position: Position): Position;
}

interface TrackState {
  mark: Mark;
  /** Lines up to the mark are still being passed over. */
  resuming: boolean;
  /** Lines of exactly the mark's time passed over so far. */
  passed: number;
  /** Text of the line of the mark, once one was accepted. */
  text: string | undefined;
}

/**
 * Passes over what a reader already has when the Engine replays from an inclusive `since`.
 * @param dropRepeats a followed log may be replayed in part by the Engine when it rotates fast (moby#37646): drop those lines.
 */
export function createResumeFilter(from: Position, { dropRepeats }: { dropRepeats: boolean }): ResumeFilter {
  const states = new Map<string, TrackState>(
    tracks.map((track) => [track, { mark: markOf(from, track), resuming: true, passed: 0, text: undefined }]),
  );
  const newest = [...states.values()].reduce((left, right) =>
    left.mark.epoch >= right.mark.epoch ? left : right,
  ).mark;
  let sought = newest.at > 0; // the newest line the reader has, still to be met again
  let firstTime: string | undefined;

  return {
    accept(stored) {
      const lines: LogLine[] = [];
      let lost: LostLines | undefined;
      for (const line of stored) {
        firstTime ??= line.time;
        const track = line.error ? "err" : "out";
        const state = states.get(track) as TrackState;
        if (sought && line.time === newest.epoch) sought = false;
        if (state.resuming) {
          if (line.time < state.mark.epoch) continue;
          if (line.time === state.mark.epoch && state.passed < state.mark.at) {
            state.passed++;
            continue;
          }
          state.resuming = false;
        } else if (dropRepeats && isRepeat(line, state)) {
          continue;
        }
        if (sought && line.time > newest.epoch) {
          sought = false;
          const to = new Map(from);
          to.set(track, { epoch: line.time, at: 0 });
          lost = { reason: "rotated", to };
        }
        state.mark = { epoch: line.time, at: line.time === state.mark.epoch ? state.mark.at + 1 : 1 };
        state.text = line.text;
        lines.push({ track, mark: state.mark, text: line.text, time: line.time, error: line.error });
      }
      return { lines, lost };
    },
    note(time) {
      firstTime ??= time;
    },
    baseline(position) {
      if (firstTime === undefined) return position;
      const earliest = skewBefore(firstTime);
      const next = new Map(position);
      for (const track of tracks) {
        if (markOf(position, track).epoch === BEGINNING) next.set(track, { epoch: earliest, at: 0 });
      }
      return next;
    },
  };
}

/** Stored times are in nanoseconds: a line of an earlier time, or of the same time and text, has been read before. */
const isRepeat = (line: StoredLine, { mark, text }: TrackState) =>
  line.time === mark.epoch ? line.text === text : line.time < mark.epoch && !clockWentBack(mark.epoch);

/** A line from the future means the clock was set back: what follows is new, though its time is earlier. */
const clockWentBack = (epoch: string) => Date.parse(epoch) > Date.now() + 50;
