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
  /** False when only a time is known before which it was written. */
  exact: boolean;
  /** The source notes no time of it: the live stream and the history may have read it at different times. */
  approximate?: true;
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
  /** The lines name no time: `timestamp` is when they were read at the latest. */
  approximate?: true;
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
  /** Times are those that the lines name themselves, unless a batch says otherwise. */
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

/** Splits a batch into stored lines. */
export function toLines(batch: LogBatch, state: LineState): LogLine[] {
  const pieces = batch.data.split("\n");
  if (pieces.at(-1) === "") pieces.pop();
  const stream: LogStream = batch.type === "error" ? "stderr" : "stdout";
  const last = Date.parse(batch.timestamp);
  const container = containerCursor.exec(batch.cursor ?? "")?.[1];
  const writer = `${stream}/${batch.instance ?? ""}`;
  let level = state.lastLevels.get(writer) ?? "unknown";
  // Files are read one after the other: the times that processes write themselves put their lines in order.
  const areOwn = state.readsOwnTimes && !batch.approximate;
  if (areOwn) state.hasOwnTimes = true;
  const lines = pieces.map((piece, index): LogLine => {
    const text = cleanLine(piece);
    const age = batch.ages?.[index] ?? 0;
    level = levelAfter(plainText(text.length > LEVEL_LOOK_MAX ? text.slice(0, LEVEL_LOOK_MAX) : text), level);
    const time = Number.isNaN(last) ? 0 : last - age;
    if (!areOwn) state.lastAt = Math.max(state.lastAt, time);
    return {
      kind: "line",
      id: state.nextId(),
      at: areOwn ? time : state.lastAt,
      text,
      stream,
      level,
      time: age ? new Date(last - age).toISOString() : batch.timestamp,
      exact: state.readsOwnTimes ? areOwn : batch.ages !== undefined || index === pieces.length - 1,
      ...(batch.approximate && { approximate: true }),
      ...(batch.instance !== undefined && { instance: batch.instance }),
      ...(state.origin && { origin: state.origin }),
      ...(container !== undefined && { container }),
    };
  });
  if (state.lastLevels.size >= WRITERS_MAX) state.lastLevels.clear();
  state.lastLevels.set(writer, level);
  return lines;
}
