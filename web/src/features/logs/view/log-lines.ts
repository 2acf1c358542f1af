import type { LogEntry, LogLine, Place } from "../live/log-entry.ts";
import type { LinePattern } from "../search/line-pattern.ts";
import type { TimeMode } from "./line-time.ts";

export interface LogLinesApi {
  toEnd(): void;
  toPlace(place: Place): void;
  /** Puts the first line of a time at the top; false when it is not among those loaded. */
  toTime(at: number): boolean;
  focus(): void;
}

export interface LogLinesProps {
  label: string;
  /** In their order; the array itself stays the same. */
  entries: readonly LogEntry[];
  /** Grows whenever `entries` changed. */
  version: number;
  pattern: LinePattern | undefined;
  /** The line that next and previous stand at, or that a link led to. */
  current: Place | undefined;
  /** Id of the line next to the instant that is pointed at elsewhere on the page. */
  near: number | undefined;
  /** The time of the line under the pointer. */
  onPoint: (at: number | undefined) => void;
  times: TimeMode;
  wrap: boolean;
  origins: boolean;
  following: boolean;
  /** The end of the lines is the end of the log. */
  attached: boolean;
  onFollowingChange: (following: boolean) => void;
  /** The reader comes near one end of what is loaded. */
  onNear: (end: "older" | "newer") => void;
  /** Times of the first and last visible line; `moved` when the reader scrolled. */
  onView: (first: number, last: number, moved: boolean) => void;
  onLink: ((line: LogLine) => void) | undefined;
  api: (api: LogLinesApi) => void;
}
