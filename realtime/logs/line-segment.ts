import type { LogLine, Position } from "../../shared/logs/log-source.ts";

/** Room for texts and times in a segment, in bytes, and for lines; larger where lines that come together take more. */
export const SEGMENT_BYTES = 128 * 1024;
const SEGMENT_LINES = 1_024;

/** Bytes of a character at most, in UTF-8 per unit of UTF-16. */
const MAX_CHAR_BYTES = 3;
/** In the table of epochs: that of a line whose epoch is its time, as of containers. */
const SAME_AS_TIME = 0;

/** Lines that were appended together: their times, then their texts. */
interface Part {
  row: number;
  rows: number;
  start: number;
  textStart: number;
  end: number;
}

type Kind = Pick<LogLine, "track" | "error" | "instance" | "approximate">;

/**
 * A part of a ring: consecutive lines as bytes outside of V8's heap. As objects, the lines of busy logs would outlive V8's
 * young generation and fill the old one, which then grows to a multiple of them.
 */
export class LineSegment {
  /** Position of a reader that lacks the lines of the segment and has all earlier ones. */
  before: Position;
  private readonly buffer: Buffer;
  private used = 0;
  private rows = 0;
  private parts: Part[] = [];
  private kinds: Kind[] = [];
  private epochs: string[] = [""];
  private changes = new Map<number, LogLine["change"]>();
  private readonly ats: Float64Array;
  /** NaN for none. */
  private readonly sums: Float64Array;
  private readonly textLengths: Uint32Array;
  private readonly kindNumbers: Uint16Array;
  private readonly epochNumbers: Uint16Array;
  private readonly timeLengths: Uint8Array;

  constructor(before: Position, lines: readonly LogLine[]) {
    this.before = before;
    const size = byteLengthOf(lines);
    const rows = Math.max(SEGMENT_LINES, lines.length);
    this.buffer = Buffer.allocUnsafeSlow(Math.max(SEGMENT_BYTES, size));
    this.ats = new Float64Array(rows);
    this.sums = new Float64Array(rows);
    this.textLengths = new Uint32Array(rows);
    this.kindNumbers = new Uint16Array(rows);
    this.epochNumbers = new Uint16Array(rows);
    this.timeLengths = new Uint8Array(rows);
    this.append(lines);
  }

  /** Size of the texts' memory. */
  get bytes(): number {
    return this.buffer.length;
  }

  /** Clears the segment and begins it with other lines; returns false if it is not the right size. */
  reuse(before: Position, lines: readonly LogLine[]): boolean {
    if (this.bytes !== SEGMENT_BYTES) return false;
    this.before = before;
    this.used = 0;
    this.rows = 0;
    this.parts = [];
    this.kinds = [];
    this.epochs = [""];
    this.changes = new Map();
    return this.append(lines);
  }

  /** Returns false, and appends nothing, if there is no room. */
  append(lines: readonly LogLine[]): boolean {
    if (this.rows + lines.length > this.ats.length) return false;
    const times = lines.map(({ time }) => time).join("");
    const texts = lines.map(({ text }) => text).join("");
    const free = this.buffer.length - this.used - times.length;
    if (texts.length * MAX_CHAR_BYTES > free && Buffer.byteLength(texts) > free) return false;
    const start = this.used;
    const textStart = start + this.buffer.write(times, start, "latin1");
    this.used = textStart + this.buffer.write(texts, textStart);
    this.parts.push({ row: this.rows, rows: lines.length, start, textStart, end: this.used });
    for (const line of lines) this.addRow(line);
    return true;
  }

  lines(): LogLine[] {
    return this.parts.flatMap((part) => {
      const times = this.buffer.toString("latin1", part.start, part.textStart);
      const texts = this.buffer.toString("utf8", part.textStart, part.end);
      let timeAt = 0;
      let textAt = 0;
      return Array.from({ length: part.rows }, (_, index) => {
        const row = part.row + index;
        const timeEnd = timeAt + (this.timeLengths[row] as number);
        const textEnd = textAt + (this.textLengths[row] as number);
        const line = this.toLine(row, times.slice(timeAt, timeEnd), texts.slice(textAt, textEnd));
        timeAt = timeEnd;
        textAt = textEnd;
        return line;
      });
    });
  }

  private addRow(line: LogLine): void {
    const { mark, text, time, change } = line;
    const row = this.rows++;
    this.ats[row] = mark.at;
    this.sums[row] = mark.sum ?? Number.NaN;
    this.textLengths[row] = text.length;
    this.timeLengths[row] = time.length;
    this.kindNumbers[row] = this.kindOf(line);
    this.epochNumbers[row] = mark.epoch === time ? SAME_AS_TIME : this.epochOf(mark.epoch);
    if (change) this.changes.set(row, change);
  }

  private toLine(row: number, time: string, text: string): LogLine {
    const number = this.epochNumbers[row] as number;
    const epoch = number === SAME_AS_TIME ? time : (this.epochs[number] as string);
    const sum = this.sums[row] as number;
    const change = this.changes.get(row);
    const line: LogLine = {
      ...(this.kinds[this.kindNumbers[row] as number] as Kind),
      mark: { epoch, at: this.ats[row] as number },
      text,
      time,
    };
    if (!Number.isNaN(sum)) line.mark.sum = sum;
    if (change) line.change = change;
    return line;
  }

  /** Returns the number of what most lines of a log have in common. */
  private kindOf({ track, error, instance, approximate }: LogLine): number {
    for (let index = this.kinds.length - 1; index >= 0; index--) {
      const kind = this.kinds[index] as Kind;
      const isSame = kind.track === track && kind.error === error && kind.instance === instance;
      if (isSame && kind.approximate === approximate) return index;
    }
    const kind: Kind = { track, error };
    if (instance !== undefined) kind.instance = instance;
    if (approximate) kind.approximate = approximate;
    return this.kinds.push(kind) - 1;
  }

  private epochOf(epoch: string): number {
    const known = this.epochs.lastIndexOf(epoch);
    return known > SAME_AS_TIME ? known : this.epochs.push(epoch) - 1;
  }
}

/** Bytes of the texts and times of lines. */
const byteLengthOf = (lines: readonly LogLine[]): number =>
  lines.reduce((sum, { text, time }) => sum + Buffer.byteLength(text) + time.length, 0);
