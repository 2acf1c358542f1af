import type { LogGapReason, LogSourceKind, StoredLogEventKind } from "../../../shared/protocol/log-search.ts";
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

/** What a stream of the store is of. */
export interface LogSubject {
  kind: LogSourceKind;
  /** Id of the container. Of others, {@link subjectOf} makes it from the name. Unique among all kinds. */
  sourceId: string;
  /** Name of the container, id of the deployment or of the MCP server: what filters and rights name. */
  name: string;
}

export const containerSubject = (sourceId: string, name: string): LogSubject => ({ kind: "container", sourceId, name });

/** The subject of a log that keeps its name. */
export const subjectOf = (kind: Exclude<LogSourceKind, "container">, name: string): LogSubject => ({
  kind,
  sourceId: `${kind}:${name}`,
  name,
});

/** One log as the writer knows it, and what of it is not written yet. */
export interface StreamState extends LogSubject {
  /** In the file that is written now. */
  id: number;
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
export const createStream = ({ kind, sourceId, name }: LogSubject): StreamState => ({
  id: 0,
  kind,
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
