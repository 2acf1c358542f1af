import { LINE_CUT_MARK, LINE_MAX_BYTES } from "../../logs/line-limit.ts";

/** A line of a container as the Engine stored it. */
export interface StoredLine {
  /** RFC 3339 with nine digits, in UTC: such times order as text. */
  time: string;
  text: string;
  error: boolean;
}

/** Length of the Engine's fixed-width timestamp, `2006-01-02T15:04:05.000000000Z`. */
const TIME_LENGTH = 30;
const HEADER_LENGTH = 8;
const NEWLINE = 0x0a;
/** The Engine's copier cuts a line into messages of this many bytes, each with a timestamp of its own. */
const MESSAGE_BYTES = 16 * 1024;

const empty: Buffer = Buffer.alloc(0);

/** Joins the messages of one stream into lines: bytes are decoded once a line is whole, so no character is cut. */
class LineAssembler {
  private parts: Buffer[] = [];
  private bytes = 0;
  private time = "";
  private cut = false;
  private readonly error: boolean;

  constructor(error: boolean) {
    this.error = error;
  }

  /** A message is a timestamp, a space and text; the bytes `start` to `end` of the chunk hold one. */
  add(chunk: Buffer, start: number, end: number, lines: StoredLine[]): void {
    const textStart = start + TIME_LENGTH + 1;
    if (textStart > end) return;
    const whole = chunk[end - 1] === NEWLINE;
    if (this.bytes === 0 && whole && end - textStart <= LINE_MAX_BYTES) {
      lines.push({
        time: chunk.toString("latin1", start, start + TIME_LENGTH),
        text: chunk.toString("utf8", textStart, end),
        error: this.error,
      });
      return;
    }
    if (this.bytes === 0) this.time = chunk.toString("latin1", start, start + TIME_LENGTH);
    if (!this.cut) {
      const room = LINE_MAX_BYTES - this.bytes;
      const length = Math.min(room, end - textStart);
      this.parts.push(Buffer.from(chunk.subarray(textStart, textStart + length)));
      this.bytes += length;
      if (length < end - textStart) this.cut = true;
    }
    // A message without a newline is a full one in mid-line, or the last words of a run that ended.
    if (whole || end - textStart < MESSAGE_BYTES) this.finish(lines);
  }

  get pendingTime(): string | undefined {
    return this.bytes > 0 ? this.time : undefined;
  }

  /** Ends a line that has no newline: the container wrote it last and exited. */
  finish(lines: StoredLine[]): void {
    if (this.bytes === 0 && !this.cut) return;
    let text = Buffer.concat(this.parts).toString("utf8");
    if (this.cut) text += LINE_CUT_MARK;
    if (!text.endsWith("\n")) text += "\n";
    lines.push({ time: this.time, text, error: this.error });
    this.parts = [];
    this.bytes = 0;
    this.cut = false;
  }
}

export interface FrameDecoder {
  /** Lines completed by the chunk, in the order the Engine holds them. */
  add(chunk: Buffer): StoredLine[];
  /** What is left when the log has ended for good. */
  end(): StoredLine[];
  /** Time of a line that is not whole yet. */
  pendingTime(): string | undefined;
  /** The Engine broke off with a word of its own ("Error grabbing logs: …") among the lines; nothing is decoded after it. */
  readonly broken: boolean;
}

/** Decodes the multiplexed body of a container without a TTY: header of stream and length, then the message. */
export function createFrameDecoder(): FrameDecoder {
  const out = new LineAssembler(false);
  const error = new LineAssembler(true);
  let rest: Buffer = empty;
  let broken = false;
  return {
    add(chunk) {
      const lines: StoredLine[] = [];
      if (broken) return lines;
      const data = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      let offset = 0;
      while (data.length - offset >= HEADER_LENGTH) {
        const length = data.readUInt32BE(offset + 4);
        const end = offset + HEADER_LENGTH + length;
        if (end > data.length) break;
        if (!hasTime(data, offset + HEADER_LENGTH)) {
          broken = true;
          return lines;
        }
        (data[offset] === 2 ? error : out).add(data, offset + HEADER_LENGTH, end, lines);
        offset = end;
      }
      rest = offset === data.length ? empty : Buffer.from(data.subarray(offset));
      return lines;
    },
    end() {
      const lines: StoredLine[] = [];
      out.finish(lines);
      error.finish(lines);
      return lines;
    },
    pendingTime: () => out.pendingTime ?? error.pendingTime,
    get broken() {
      return broken;
    },
  };
}

/** Decodes the raw body of a container with a TTY: one stream, each message after its timestamp, `\r\n` kept. */
export function createTtyDecoder(): FrameDecoder {
  const out = new LineAssembler(false);
  let rest: Buffer = empty;
  let broken = false;
  const addLine = (line: Buffer, lines: StoredLine[]) => {
    broken ||= !hasTime(line, 0);
    if (broken) return;
    // A long line arrives as messages of MESSAGE_BYTES with a timestamp before each: take them apart again.
    let start = 0;
    const step = TIME_LENGTH + 1 + MESSAGE_BYTES;
    while (line.length - start > step && isTime(line, start + step)) {
      out.add(line, start, start + step, lines);
      start += step;
    }
    out.add(line, start, line.length, lines);
  };
  return {
    add(chunk) {
      const data = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      const lines: StoredLine[] = [];
      let offset = 0;
      for (;;) {
        const newline = data.indexOf(NEWLINE, offset);
        if (newline === -1) break;
        addLine(data.subarray(offset, newline + 1), lines);
        offset = newline + 1;
      }
      let left = data.subarray(offset);
      // A line that never ends must not grow without bound: hand over whole messages as they come.
      const step = TIME_LENGTH + 1 + MESSAGE_BYTES;
      while (left.length > 2 * step && isTime(left, step)) {
        out.add(left, 0, step, lines);
        left = left.subarray(step);
      }
      rest = Buffer.from(left);
      return lines;
    },
    end() {
      const lines: StoredLine[] = [];
      if (rest.length > TIME_LENGTH) addLine(rest, lines);
      rest = empty;
      out.finish(lines);
      return lines;
    },
    pendingTime: () => out.pendingTime ?? (isTime(rest, 0) ? rest.toString("latin1", 0, TIME_LENGTH) : undefined),
    get broken() {
      return broken;
    },
  };
}

const timePattern = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z $/;
const isTime = (data: Buffer, offset: number) =>
  timePattern.test(data.toString("latin1", offset, offset + TIME_LENGTH + 1));

/** A quick look at what {@link isTime} looks at in full: every message begins with a time. */
const hasTime = (data: Buffer, offset: number) =>
  data[offset + 4] === 0x2d && data[offset + TIME_LENGTH - 1] === 0x5a && data[offset + TIME_LENGTH] === 0x20;
