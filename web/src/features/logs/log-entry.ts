import type { GapReason, StreamClosedCode } from "../../../../shared/protocol/events/services.ts";
import { type LogLevel, levelOf } from "./log-level.ts";
import { cleanLine, plainText } from "./terminal-text.ts";

export type LogStream = "stdout" | "stderr";

/** One line as it is kept: cleaned once when it arrives. */
export interface LogLine {
  kind: "line";
  /** Grows by one an entry; never used twice by one buffer. */
  id: number;
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
}

export type NoticeTone = "neutral" | "warning" | "error";

/** Something that happened to the stream, told between the lines. */
export interface LogNotice {
  kind: "notice";
  id: number;
  text: string;
  tone: NoticeTone;
  time: string;
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
}

/** A level stands at a line's beginning; the rest of a very long one is not read for it. */
const LEVEL_HEAD = 2_000;

/** What a buffer remembers between batches. */
export interface LineState {
  nextId(): number;
  /** Level of the last line of each stream: the lines of a stack trace belong to the line above them. */
  lastLevel: Record<LogStream, LogLevel>;
}

/** Splits a batch into kept lines. */
export function toLines(batch: LogBatch, state: LineState): LogLine[] {
  const pieces = batch.data.split("\n");
  if (pieces.at(-1) === "") pieces.pop();
  const stream: LogStream = batch.type === "error" ? "stderr" : "stdout";
  const last = Date.parse(batch.timestamp);
  const timeOf = (index: number) => {
    const age = batch.ages?.[index];
    return age ? new Date(last - age).toISOString() : batch.timestamp;
  };
  return pieces.map((piece, index) => {
    const text = cleanLine(piece);
    const own = levelOf(plainText(text.length > LEVEL_HEAD ? text.slice(0, LEVEL_HEAD) : text));
    const level = own === "none" && /^(?:\s|Caused by:)/.test(text) ? state.lastLevel[stream] : own;
    state.lastLevel[stream] = level;
    return {
      kind: "line",
      id: state.nextId(),
      text,
      stream,
      level,
      time: timeOf(index),
      exact: batch.ages !== undefined || index === pieces.length - 1,
      ...(batch.instance !== undefined && { instance: batch.instance }),
    };
  });
}

const gapReasons: Record<GapReason, string> = {
  slow_reader: "this browser could not keep up",
  rotated: "the log was rotated",
  truncated: "the log was truncated",
  replaced: "the container was replaced",
  expired: "they are older than what the source still holds",
  source_lost: "the source was lost",
};

/** A sentence on why lines are missing, for a reason of the list or one a newer server knows. */
export const gapText = (reason: string): string =>
  `Lines missing: ${(gapReasons as Record<string, string>)[reason] ?? reason}`;

/** A sentence on why the stream stands still. */
export function closedText(code: StreamClosedCode | string, exitCode?: number): string {
  switch (code) {
    case "exited":
      return exitCode === undefined ? "Stopped" : `Exited with code ${exitCode}`;
    case "failed":
      return "Failed";
    case "removed":
      return "Removed";
    case "replaced":
      return "Replaced: this name now belongs to another one";
    case "unavailable":
      return "The log is not available right now";
    case "unsupported":
      return "This log driver cannot be read back";
    default:
      return `The stream ended (${code})`;
  }
}
