import { toUtcTime, UTC_TIME_LENGTH } from "../utc-time.ts";
import { createLineAssembler, type LineAssembler, MESSAGE_BYTES, type StoredLine } from "./line-assembler.ts";

export type { StoredLine } from "./line-assembler.ts";

const HEADER_LENGTH = 8;
const NEWLINE = 0x0a;
/** Length of the Engine's timestamp when it is not in UTC: `…05.000000000+01:00`. */
const OFFSET_TIME_LENGTH = 35;
/**
 * Largest message that is waited for. The Engine's copier cuts at 16 KiB, the buffers of some drivers at 1 MiB; a
 * larger size is no message.
 */
const MAX_MESSAGE_BYTES = 4 * 1024 * 1024;
/** Pieces of a message that are kept apart before they are put together. */
const MAX_PARTS = 64;
/** Of what the Engine says instead of lines. */
const MAX_REASON_BYTES = 300;

const empty: Buffer = Buffer.alloc(0);

export interface FrameDecoder {
  /** Lines completed by the chunk, in the order the Engine holds them. */
  add(chunk: Buffer): StoredLine[];
  /** What is left when the log has ended for good. */
  end(): StoredLine[];
  /** Time of a line that is not whole yet. */
  pendingTime(): string | undefined;
  /** Messages decoded so far: what the Engine's `tail` counts. */
  readonly messages: number;
  /** Messages before the one of the time that is sought; undefined until it has come. */
  readonly messagesBefore: number | undefined;
  /** The first message is of stderr. */
  readonly beginsWithError: boolean;
  /** Set once something is no message: nothing is decoded after it. What the Engine says there, or empty. */
  readonly broken: string | undefined;
}

/**
 * Decodes the multiplexed body of a container without a TTY: header of stream and length, then the message.
 * @param sought time of a message whose place is counted
 */
export function createFrameDecoder(sought?: string): FrameDecoder {
  const out = createLineAssembler(false);
  const error = createLineAssembler(true);
  let parts: Buffer[] = [];
  let held = 0;
  /** Bytes without which looking again is pointless: a message that comes in crumbs is not copied with each of them. */
  let needed = HEADER_LENGTH;
  let messages = 0;
  let messagesBefore: number | undefined;
  let beginsWithError = false;
  let broken: string | undefined;
  return {
    add(chunk) {
      const lines: StoredLine[] = [];
      if (broken !== undefined) return lines;
      parts.push(chunk);
      held += chunk.length;
      if (held < needed && parts.length < MAX_PARTS) return lines;
      const data = parts.length === 1 ? chunk : Buffer.concat(parts);
      parts = [data];
      if (held < needed) return lines;
      let offset = 0;
      needed = HEADER_LENGTH;
      while (data.length - offset >= HEADER_LENGTH) {
        const length = data.readUInt32BE(offset + 4);
        const start = offset + HEADER_LENGTH;
        const end = start + length;
        if (length > MAX_MESSAGE_BYTES) {
          broken = "";
          parts = [];
          return lines;
        }
        if (end > data.length) {
          needed = end - offset;
          break;
        }
        const timeLength = timeLengthAt(data, start);
        if (timeLength === 0) {
          broken = reasonOf(data.subarray(start, end));
          parts = [];
          return lines;
        }
        if (sought !== undefined && messagesBefore === undefined && timeAt(data, start, timeLength) === sought) {
          messagesBefore = messages;
        }
        if (messages++ === 0) beginsWithError = data[offset] === 2;
        addMessage(data[offset] === 2 ? error : out, data, start, timeLength, end, lines);
        offset = end;
      }
      parts = offset === data.length ? [] : [Buffer.from(data.subarray(offset))];
      held = data.length - offset;
      return lines;
    },
    end() {
      const lines: StoredLine[] = [];
      out.finish(lines);
      error.finish(lines);
      return lines;
    },
    pendingTime: () => out.pendingTime ?? error.pendingTime,
    get beginsWithError() {
      return beginsWithError;
    },
    get messages() {
      return messages;
    },
    get messagesBefore() {
      return messagesBefore;
    },
    get broken() {
      return broken;
    },
  };
}

/** Decodes the raw body of a container with a TTY: one stream, each message after its timestamp, `\r\n` kept. */
export function createTtyDecoder(): FrameDecoder {
  const out = createLineAssembler(false);
  let rest: Buffer = empty;
  let messages = 0;
  let broken: string | undefined;

  /** Length of the full message the data begins with, when another one follows it without a newline; else 0. */
  const glued = (data: Buffer, start: number): number => {
    const end = start + timeLengthAt(data, start) + 1 + MESSAGE_BYTES;
    return data.length > end && isTime(data, end) ? end - start : 0;
  };
  const addLine = (line: Buffer, lines: StoredLine[]) => {
    if (broken === undefined && timeLengthAt(line, 0) === 0) broken = reasonOf(line);
    if (broken !== undefined) return;
    // A long line arrives as messages of MESSAGE_BYTES with a timestamp before each: take them apart again.
    let start = 0;
    for (let step = glued(line, start); step > 0; step = glued(line, start)) {
      messages++;
      addMessage(out, line, start, timeLengthAt(line, start), start + step, lines);
      start += step;
    }
    messages++;
    addMessage(out, line, start, timeLengthAt(line, start), line.length, lines);
  };
  return {
    add(chunk) {
      const lines: StoredLine[] = [];
      if (broken !== undefined) return lines;
      const data = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      let offset = 0;
      for (;;) {
        const newline = data.indexOf(NEWLINE, offset);
        if (newline === -1) break;
        addLine(data.subarray(offset, newline + 1), lines);
        offset = newline + 1;
      }
      let left = data.subarray(offset);
      // A line that never ends must not grow without bound: hand over whole messages as they come.
      for (let step = glued(left, 0); step > 0; step = glued(left, 0)) {
        messages++;
        addMessage(out, left, 0, timeLengthAt(left, 0), step, lines);
        left = left.subarray(step);
      }
      const isOdd = left.length > OFFSET_TIME_LENGTH && timeLengthAt(left, 0) === 0;
      if (isOdd || left.length > MAX_MESSAGE_BYTES) broken ??= reasonOf(left);
      rest = broken === undefined ? Buffer.from(left) : empty;
      return lines;
    },
    end() {
      const lines: StoredLine[] = [];
      if (rest.length > UTC_TIME_LENGTH) addLine(rest, lines);
      rest = empty;
      out.finish(lines);
      return lines;
    },
    pendingTime: () => out.pendingTime ?? (isTime(rest, 0) ? timeAt(rest, 0, timeLengthAt(rest, 0)) : undefined),
    beginsWithError: false,
    messagesBefore: undefined,
    get messages() {
      return messages;
    },
    get broken() {
      return broken;
    },
  };
}

/** A message is a timestamp, a space and text. */
function addMessage(
  to: LineAssembler,
  data: Buffer,
  start: number,
  timeLength: number,
  end: number,
  lines: StoredLine[],
): void {
  const textStart = start + timeLength + 1;
  if (textStart <= end) to.add(data, timeAt(data, start, timeLength), textStart, end, lines);
}

const DASH = 0x2d;
const PLUS = 0x2b;
const SPACE = 0x20;
const LETTER_Z = 0x5a;

/** Length of the timestamp a message begins with, by a quick look; 0 when there is none. */
function timeLengthAt(data: Buffer, offset: number): number {
  if (data[offset + 4] !== DASH) return 0;
  const zone = data[offset + UTC_TIME_LENGTH - 1];
  if (zone === LETTER_Z) return data[offset + UTC_TIME_LENGTH] === SPACE ? UTC_TIME_LENGTH : 0;
  const isOffset = (zone === PLUS || zone === DASH) && data[offset + OFFSET_TIME_LENGTH] === SPACE;
  return isOffset ? OFFSET_TIME_LENGTH : 0;
}

/** The driver `local` gives times in the Engine's own zone; all are handed on in UTC. */
function timeAt(data: Buffer, offset: number, length: number): string {
  const text = data.toString("latin1", offset, offset + length);
  return length === UTC_TIME_LENGTH ? text : (toUtcTime(text) ?? text);
}

const timePattern = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}(?:Z|[+-]\d\d:\d\d) /;
const isTime = (data: Buffer, offset: number) =>
  timePattern.test(data.toString("latin1", offset, offset + OFFSET_TIME_LENGTH + 1));

const reasonOf = (data: Buffer) => data.toString("utf8", 0, Math.min(data.length, MAX_REASON_BYTES)).trim();
