import { LEVEL_LOOK_MAX, type LogLevel, levelAfter } from "../../../../../shared/logs/level.ts";
import { cleanLine, plainText } from "../../../lib/terminal-text.ts";

export type LogStream = "stdout" | "stderr";

/** Where an entry stands among the others of a view. */
export interface Place {
  /** Milliseconds since 1970; never decreases within one source, whatever its clock does. */
  at: number;
  /** Never used twice by one view; orders entries of the same `at`. Those that were loaded later but are older have smaller ones. */
  id: number;
}

/** Which of several logs a line is of. */
export interface LogOrigin {
  /** As the Engine has it: hostile text. */
  name: string;
  /** Number of its colour, from 0 (`origin-colours.ts`). */
  colour: number;
}

/** One line as it is stored: cleaned once when it arrives. */
export interface LogLine extends Place {
  kind: "line";
  /** Safe text that may hold colour sequences. */
  text: string;
  stream: LogStream;
  level: LogLevel;
  /** ISO 8601. */
  time: string;
  /** False when only the time of a later line of the same batch is known. */
  exact: boolean;
  /** PM2's number of the process that wrote it. */
  instance?: number;
  origin?: LogOrigin;
  /** First characters of the id of the container that wrote it. */
  container?: string;
  /** Its id in the log history, once it is known. */
  storedId?: string;
}

export type NoticeTone = "neutral" | "warning" | "error";

/** Something that happened to the stream, told between the lines. */
export interface LogNotice extends Place {
  kind: "notice";
  text: string;
  tone: NoticeTone;
  /** Lines are missing here that were written within what is stored. */
  gap?: boolean;
  /** ISO 8601; absent if the time is unknown. */
  time?: string | undefined;
  origin?: LogOrigin;
}

export type LogEntry = LogLine | LogNotice;

/** A batch as the wire gives it: whole lines of one stream. */
export interface LogBatch {
  data: string;
  timestamp: string;
  /** Milliseconds by which each line is older than `timestamp`. */
  ages?: number[];
  type?: "error";
  instance?: number;
  cursor?: string;
}

/** Processes of one source whose last level is remembered. */
const WRITERS_MAX = 256;

/** What is remembered of one source between its batches. */
export interface LineState {
  nextId(): number;
  origin?: LogOrigin;
  /** Level of the last line by stream and process: continuation lines have it too. */
  lastLevels: Map<string, LogLevel>;
  /** `at` of the last line. */
  lastAt: number;
  /** Times at the beginnings of lines are those of the lines. */
  readsOwnTimes: boolean;
  /** Some lines stand at a time that they name themselves: they do not come in order. */
  hasOwnTimes: boolean;
}

export const createLineState = (nextId: () => number, origin?: LogOrigin, readsOwnTimes = false): LineState => ({
  nextId,
  lastLevels: new Map(),
  lastAt: Number.NEGATIVE_INFINITY,
  readsOwnTimes,
  hasOwnTimes: false,
  ...(origin && { origin }),
});

/** A container's cursor begins with the version of its form and the id of the container. */
const containerCursor = /^c1~([0-9a-f]{12})~/;

const leadingTime = /^\[?(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d(?:[.,]\d{1,9})?) ?(Z|[+-]\d\d:?\d\d)/;
/** Clocks of one machine differ by no more, in milliseconds. */
const AHEAD_MAX_MS = 1_000;

/**
 * The time at the beginning of a line, in milliseconds since 1970: with its zone, and not later than it was read. A time
 * without a zone may be that of any.
 */
function ownTime(text: string, readAt: number): number | undefined {
  const [, date, time, zone] = leadingTime.exec(text) ?? [];
  if (date === undefined || time === undefined || zone === undefined) return undefined;
  const at = Date.parse(`${date}T${time.replace(",", ".")}${zone.replace(/^(...)(\d\d)$/, "$1:$2")}`);
  return Number.isNaN(at) || at > readAt + AHEAD_MAX_MS ? undefined : at;
}

/** Splits a batch into stored lines. */
export function toLines(batch: LogBatch, state: LineState): LogLine[] {
  const pieces = batch.data.split("\n");
  if (pieces.at(-1) === "") pieces.pop();
  const stream: LogStream = batch.type === "error" ? "stderr" : "stdout";
  const last = Date.parse(batch.timestamp);
  const container = containerCursor.exec(batch.cursor ?? "")?.[1];
  const writer = `${stream}/${batch.instance ?? ""}`;
  let level = state.lastLevels.get(writer) ?? "unknown";
  /** Continuation lines stand with the line they continue. */
  let own: number | undefined;
  const lines = pieces.map((piece, index): LogLine => {
    const text = cleanLine(piece);
    const age = batch.ages?.[index] ?? 0;
    level = levelAfter(plainText(text.length > LEVEL_LOOK_MAX ? text.slice(0, LEVEL_LOOK_MAX) : text), level);
    // PM2 notes no times: those that a process writes itself put the lines of its two files in order.
    own = state.readsOwnTimes ? (ownTime(text, last) ?? own) : undefined;
    if (own === undefined) state.lastAt = Math.max(state.lastAt, Number.isNaN(last) ? 0 : last - age);
    else state.hasOwnTimes = true;
    return {
      kind: "line",
      id: state.nextId(),
      at: own ?? state.lastAt,
      text,
      stream,
      level,
      time:
        own !== undefined ? new Date(own).toISOString() : age ? new Date(last - age).toISOString() : batch.timestamp,
      exact: own !== undefined || batch.ages !== undefined || index === pieces.length - 1,
      ...(batch.instance !== undefined && { instance: batch.instance }),
      ...(state.origin && { origin: state.origin }),
      ...(container !== undefined && { container }),
    };
  });
  if (state.lastLevels.size >= WRITERS_MAX) state.lastLevels.clear();
  state.lastLevels.set(writer, level);
  return lines;
}
