import type { GapReason, StreamClosed, StreamState } from "../protocol/events/services.ts";
import type { ErrorCode } from "../protocol/result.ts";
import type { RunChange } from "./container-runs.ts";

/**
 * Place of a line on its track. A track is one ordered sequence of lines (a stream of a container, a file of a
 * process); `epoch` is compared by the source, `at` counts inside an epoch.
 */
export interface Mark {
  epoch: string;
  at: number;
  /** Checksum of what is before the place, where a source has one: it tells whether the place is still the same. */
  sum?: number;
}

/** Position of a reader: on each track the mark of the last line it has. */
export type Position = ReadonlyMap<string, Mark>;

/** A line by what is stored of it. */
export type StoredPlace = Pick<LogLine, "track" | "time">;

/** One whole line, ended by `\n`. `mark` is the position of a reader that has it. */
export interface LogLine {
  track: string;
  mark: Mark;
  text: string;
  /** ISO 8601. */
  time: string;
  /** The source notes no time of this line: `time` is when it was read, or its file last changed. */
  approximate?: true;
  error: boolean;
  /** PM2's number of the process, when known. */
  instance?: number;
  /** Set for an end or a start between lines. Such an entry is delivered alone. */
  change?: RunChange;
}

/** The track of ends and starts; its mark holds which of them a reader has received. */
export const RUN_TRACK = "run";

/** Lines that the source no longer holds. A reader continues after `to`. */
export interface LostLines {
  reason: GapReason;
  to: Position | null;
  /** Whether `to` is before the lost lines or behind them, where marks go on across the gap; absent where they may begin anew. */
  side?: "before" | "behind";
}

export interface ReadHandlers {
  /** `before` is the position of a reader that lacks these lines and has all earlier ones. */
  onLines(lines: LogLine[], before: Position): void | Promise<void>;
  onLost(lost: LostLines): void;
  /** The newest line up to the position reached, whether or not it was delivered. */
  onReached?(line: StoredPlace): void;
}

export interface FollowHandlers {
  /** Why the log is incomplete, to be sent to every reader; undefined once it is complete. */
  onNotice?(notice: string | undefined): void;
  /** The log cannot be read, or only in part. Called once until lines arrive again. */
  onDegraded?(reason: { message: string; code: ErrorCode }): void;
  /** Awaited before more is read: a slow reader slows the source. */
  onLines(lines: LogLine[]): void | Promise<void>;
  onLost(lost: LostLines): void;
  /** The source has stopped, and all its lines have been delivered. */
  onStill?(): void;
  onState(state: StreamState["state"]): void;
  onClosed(closed: StreamClosed): void;
}

/** One log that can be read back and followed: a container, or all instances of a PM2 name. */
export interface LogSource {
  /** Where the log ends now: a reader that starts here gets only what comes. */
  end(signal: AbortSignal, onReached?: ReadHandlers["onReached"]): Promise<Position>;
  /**
   * Follows from a position until aborted, and never ends by itself: it waits for a stopped source to come back, and
   * reopens a broken one with growing delay. Lines may come in any number at a time, each once.
   */
  follow(from: Position, handlers: FollowHandlers, signal: AbortSignal): Promise<void>;
  /**
   * Reads what is held after a position, up to the present end. `onLines` is awaited, so that a slow reader slows the
   * source. Resolves with the position reached.
   */
  readAfter(from: Position, handlers: ReadHandlers, signal: AbortSignal): Promise<Position>;
  /**
   * Reads the last lines held. Resolves with the position reached.
   * @param maxBytes most bytes of each file that are looked through, where the source reads files
   */
  readTail(lines: number, handlers: ReadHandlers, signal: AbortSignal, maxBytes?: number): Promise<Position>;
  /** Order of two marks of one track: negative, 0 or positive; NaN when the source cannot tell. */
  compare(left: Mark, right: Mark): number;
  /**
   * Whether the marks of two positions may count in different ways, so that they have no order: a log whose clock was set
   * back is counted from the newest line that its reader has met.
   */
  isForeign?(left: Position, right: Position): boolean;
  /** Whether two positions are of different logs: another container has taken the name. */
  isOther?(left: Position, right: Position): boolean;
  /**
   * Whether a reader at this mark has been given nothing of the track, so that nothing of it could be sent twice: the
   * mark says where reading began, not what was read.
   */
  hasNothing?(track: string, mark: Mark): boolean;
  /** A cursor is a position as text; undefined when it is not one of this source. */
  formatCursor(position: Position): string;
  parseCursor(cursor: string): Position | undefined;
}

/** Whether a reader at `position` still lacks the line. */
export function isAfter(source: LogSource, line: { track: string; mark: Mark }, position: Position): boolean {
  const mark = position.get(line.track);
  return mark === undefined || !(source.compare(line.mark, mark) <= 0);
}

/** Whether a reader at `position` has everything a reader at `other` has. */
export function covers(source: LogSource, position: Position, other: Position): boolean {
  for (const [track, mark] of other) {
    const own = position.get(track);
    if (own === undefined || !(source.compare(own, mark) >= 0)) return false;
  }
  return true;
}

/** Whether a stream that is at `shared` repeats nothing to a reader at `position`. */
export function isPast(source: LogSource, shared: Position, position: Position): boolean {
  for (const [track, mark] of position) {
    if (source.hasNothing?.(track, mark)) continue;
    const reached = shared.get(track);
    if (reached === undefined || !(source.compare(reached, mark) >= 0)) return false;
  }
  return true;
}

/** The position of a reader at `position` that has been given `lines`. */
export function advance(position: Position, lines: readonly LogLine[]): Position {
  const next = new Map(position);
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index] as LogLine;
    // Only the last of neighbours on one track tells: a busy log is one long row of them.
    if (lines[index + 1]?.track !== line.track) next.set(line.track, line.mark);
  }
  return next;
}
