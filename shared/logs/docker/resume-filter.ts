import type { LogLine, LostLines, Mark, Position } from "../log-source.ts";
import { BEGINNING, markOf, newestTime, SKEW_MS, skewBefore, timeOf, tracks } from "./container-position.ts";
import type { StoredLine } from "./line-assembler.ts";

export interface ResumeOptions {
  /** Tracks whose line is known to be still there, by a look at the whole log; undefined: nobody has looked. */
  found?: ReadonlySet<string> | undefined;
  /** The whole log is read, since times do not say where the place is. */
  whole?: boolean;
}

/** Why the reading has to stop, before a line that cannot be placed. */
export type ResumeStop =
  /** The reader's last line should have come before this one: it is gone, or the log is out of order. */
  | "unsure"
  /** The line is older than one that was read: the clock was set back, or the Engine sends again what it sent. */
  | "backwards"
  /** The line has time and text of the one before it: it is another one, or comes again as the log is rotated. */
  | "equal";

export interface ResumeFilter {
  /** Lines a reader at the position lacks, and whether some before them are gone for good. */
  accept(stored: readonly StoredLine[]): {
    lines: LogLine[];
    lost: LostLines | undefined;
    stop: ResumeStop | undefined;
  };
  /** The reader's last line, that a look at the log had found, has not come. */
  readonly isMissing: boolean;
  /** A line was met, though not whole. */
  note(time: string | undefined): void;
  /** Sets tracks without a line yet to where the reading began, so that their first line is not taken for an old one. */
  baseline(position: Position): Position;
}

interface TrackState {
  mark: Mark;
  /** Lines up to the mark are still being passed over. */
  seeking: boolean;
  /** The line whose time the mark bears has come. */
  met: boolean;
  /** Lines passed over since, that one included where the mark counts it. */
  passed: number;
  /** Of the newest line that was handed on. */
  text: string | undefined;
}

export interface FilterOptions extends ResumeOptions {
  /** A followed log is stopped at a line that may have come before; what is read at once holds each line once. */
  follows?: boolean;
  /** Lines of one time and text are known to be several: the clock is coarse. */
  isCoarse?: boolean;
}

/** Passes over what a reader already has when the Engine replays from an inclusive `since`. */
export function createResumeFilter(
  from: Position,
  { found, whole = false, follows = false, isCoarse = false }: FilterOptions = {},
): ResumeFilter {
  const states = new Map<string, TrackState>(
    tracks.map((track) => {
      const mark = markOf(from, track);
      const isExact = mark.at > 0;
      return [track, { mark, seeking: isExact || mark.epoch !== BEGINNING, met: !isExact, passed: 0, text: undefined }];
    }),
  );
  const exact = tracks.filter((track) => markOf(from, track).at > 0);
  /** The reader's last lines are still to be met; false once one of them was, or they are known to be gone. */
  let sought = exact.length > 0;
  const isGone = found !== undefined && found.size === 0;
  let firstTime: string | undefined;
  let high = newestTime(from) ?? "";

  /** Whether the reader already has the line; "unsure" when unknown. */
  const isPassed = (line: StoredLine, track: string, state: TrackState): boolean | "unsure" => {
    const { mark } = state;
    const time = timeOf(mark);
    if (mark.at === 0) return whole && exact.length > 0 ? sought && !isGone : line.time < mark.epoch;
    if (!state.met) {
      if (line.time === time) {
        state.met = true;
        sought = false;
      } else if (found && !isGone) return found.has(track) || sought;
      else if (line.time < time) return !(isGone && mark.epoch !== time);
      else return sought && !isGone ? "unsure" : false;
    }
    if (mark.epoch.endsWith("b")) {
      if (line.time > time) return false;
      if (state.passed === 0 && line.time === time) return true;
      return ++state.passed <= mark.at;
    }
    if (line.time !== time) return false;
    return ++state.passed <= mark.at;
  };

  /** A line that is older than one before it. */
  const toOldMark = (line: StoredLine, { mark }: TrackState): Mark => {
    if (line.time < mark.epoch) {
      const epoch = mark.epoch.endsWith("b") ? mark.epoch : `${timeOf(mark)}b`;
      return { epoch, at: epoch === mark.epoch ? mark.at + 1 : 1 };
    }
    const epoch = Date.parse(high) - Date.parse(line.time) > SKEW_MS ? `${line.time}a` : line.time;
    return { epoch, at: epoch === mark.epoch ? mark.at + 1 : 1 };
  };

  return {
    accept(stored) {
      const lines: LogLine[] = [];
      let lost: LostLines | undefined;
      for (const line of stored) {
        firstTime ??= line.time;
        const track = line.error ? "err" : "out";
        const state = states.get(track) as TrackState;
        if (state.seeking) {
          const passed = isPassed(line, track, state);
          if (passed === "unsure") return { lines, lost, stop: "unsure" };
          if (passed) {
            if (line.time > high) high = line.time;
            continue;
          }
          state.seeking = false;
          if (sought && isGone) {
            sought = false;
            lost = { reason: "rotated", to: new Map(from).set(track, { epoch: line.time, at: 0 }), side: "behind" };
          }
        }
        if (line.time >= high && line.time >= state.mark.epoch) {
          high = line.time;
          const isEqual = line.time === state.mark.epoch;
          if (isEqual && follows && !isCoarse && line.text === state.text) return { lines, lost, stop: "equal" };
          state.mark = { epoch: line.time, at: isEqual ? state.mark.at + 1 : 1 };
        } else {
          const isOlder = line.time < state.mark.epoch && !state.mark.epoch.endsWith("b");
          if (follows && isOlder) return { lines, lost, stop: "backwards" };
          state.mark = toOldMark(line, state);
        }
        state.text = line.text;
        lines.push({ track, mark: state.mark, text: line.text, time: line.time, error: line.error });
      }
      return { lines, lost, stop: undefined };
    },
    get isMissing() {
      return sought && found !== undefined && !isGone;
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
