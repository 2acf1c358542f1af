import type { LogLevel, LogSourceKind, LogStream, StoredLogLine } from "../../../shared/protocol/log-search.ts";
import type { LogSelection } from "../search/log-selection.ts";

/** Which new lines are waited for: all that is given must hold. */
export interface LogWatchSpec {
  /** Whose lines. */
  sources: LogSelection;
  /** Found anywhere in a line, whatever its case. */
  text?: string;
  /** RE2 syntax. */
  regex?: string;
  /** Absent or empty: any. */
  levels?: readonly LogLevel[];
  stream?: LogStream;
}

/** Lines of one log that fit, since the last call or for a second at most. */
export interface LogMatches {
  kind: LogSourceKind;
  container: string;
  containerId: string;
  count: number;
  /** The newest of them; its text may be long and hostile. */
  sample: StoredLogLine;
}

/** Lines older than this when they are read (the API was down) are stored, but not reported to watchers. */
export const WATCH_AGE_MAX_MS = 5 * 60_000;
export const WATCHES_MAX = 500;

/** Hangs on `ApiDeps` as `logStore.watch`. */
export interface LogWatcher {
  /**
   * Calls back for lines as they are kept, once a second and log at most. Throws `AppError` `invalid_input` for a
   * pattern that is none, with the reason, and `overloaded` beyond {@link WATCHES_MAX}. While logs are not kept it is never
   * called. Returns the end of it.
   */
  watch(spec: LogWatchSpec, onMatches: (matches: LogMatches) => void): () => void;
}
