import type { LogGapReason, StoredLogEventKind } from "../../../shared/protocol/log-search.ts";
import type { LineRecord } from "./block.ts";

export interface MarkRecord {
  n: number;
  us: number;
  run: number;
  kind: StoredLogEventKind;
  exitCode?: number | undefined;
  /** Of `exited`: of how many runs this is the end, where their exit codes are unknown. */
  unknownEnds?: number | undefined;
  reason?: LogGapReason | undefined;
}

/** One container as the writer knows it, and what of it is not written yet. */
export interface StreamState {
  /** In the file that is written now. */
  id: number;
  sourceId: string;
  name: string;
  run: number;
  startedAt: string | null;
  ended: boolean;
  removed: boolean;
  position: string | null;
  /** The same, as it is written. */
  savedPosition: string | null;
  /** Number of the next line. */
  nextN: number;
  /** Time of the newest line or mark so far. */
  lastUs: number;
  lines: LineRecord[];
  marks: MarkRecord[];
  /** What is in the table of fresh lines. */
  freshLines: number;
  freshBytes: number;
  changed: boolean;
  /** What comes from here on stands under the new name. */
  renamed: boolean;
  /** A run's mark that may have to move before its first line. */
  openMark: { id: number; n: number; us: number } | undefined;
}

/** A stream of which nothing is stored yet. */
export const createStream = (sourceId: string, name: string): StreamState => ({
  id: 0,
  sourceId,
  name,
  run: 0,
  startedAt: null,
  ended: false,
  removed: false,
  position: null,
  savedPosition: null,
  nextN: 0,
  lastUs: 0,
  lines: [],
  marks: [],
  freshLines: 0,
  freshBytes: 0,
  changed: true,
  renamed: false,
  openMark: undefined,
});
