import { constants } from "node:fs";
import { type FileHandle, open, readdir, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { crc32 } from "node:zlib";
import { AppError } from "../../server/errors.ts";
import { LINE_CUT_MARK, LINE_MAX_BYTES } from "../line-limit.ts";

const CHUNK_BYTES = 64 * 1024;
/** Bytes of the first line that distinguish a file from an earlier one with the same name or inode. */
const FINGERPRINT_BYTES = 256;
/** Bytes before a position that show whether the content is unchanged. */
const PLACE_BYTES = 32;
/** Most bytes that are read backwards for the first lines of a viewer, since one line can be as long as its file. */
const TAIL_MAX_BYTES = 64 * 1024 * 1024;
/** Most rotated files that are searched. */
const MAX_NEIGHBOURS = 64;
const NEWLINE = 0x0a;

export interface LogFileInfo {
  ino: number;
  size: number;
  /** Last change, in milliseconds since 1970. */
  mtimeMs: number;
}

/** A log file that is open for reading. A `FileHandle` is one. */
export interface LogHandle {
  /** Absent where the file is read by another process. */
  readonly fd?: number;
  /** The name leads to another file, and the rest of this one cannot be read. Known after `stat`. */
  readonly isReplaced?: boolean;
  stat(): Promise<LogFileInfo>;
  read(
    buffer: Buffer,
    offset: number,
    length: number,
    position: number,
  ): Promise<{ bytesRead: number; buffer: Buffer }>;
  close(): Promise<void>;
}

/** A line and the offset after it. */
export interface FileLine {
  text: string;
  end: number;
}

/**
 * Opens a regular file for reading. Refuses FIFOs and devices, which could block, and links: an app must not be able to show
 * any file that this server can read as its log.
 * @throws AppError `not_supported`
 */
export async function openLogFile(path: string): Promise<FileHandle> {
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW).catch(refuse);
  try {
    if (!(await handle.stat()).isFile()) throw new AppError("not_supported", "This log is not a regular file.");
    return handle;
  } catch (error) {
    await handle.close();
    throw error;
  }
}

function refuse(error: unknown): never {
  const { code } = error as NodeJS.ErrnoException;
  if (code === "ELOOP") throw new AppError("not_supported", "This log is a link to another file.");
  if (code === "EACCES" || code === "EPERM") {
    throw new AppError("not_supported", "The server's user may not read this log.", { cause: error });
  }
  throw error;
}

/** Returns the checksum of the first line of a file; 0 while it is incomplete. */
export async function fingerprintOf(handle: LogHandle): Promise<number> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(FINGERPRINT_BYTES), 0, FINGERPRINT_BYTES, 0);
  return fingerprint(buffer.subarray(0, bytesRead));
}

/** Returns the checksum of the first line of a file with this content. */
export function fingerprint(content: Buffer): number {
  const head = content.subarray(0, FINGERPRINT_BYTES);
  const newline = head.indexOf(NEWLINE);
  if (newline === -1 && head.length < FINGERPRINT_BYTES) return 0;
  return crc32(newline === -1 ? head : head.subarray(0, newline));
}

/**
 * Returns the checksum and number of the last bytes of a line; undefined if its text differs from the file (cut, or not
 * UTF-8).
 */
export function sumOf(text: string): number | undefined {
  if (text.length > LINE_MAX_BYTES / 4) return undefined;
  const end = text.slice(-PLACE_BYTES - 1);
  if (end.includes("\ufffd")) return undefined;
  const bytes = withoutNewline(Buffer.from(end)).subarray(-PLACE_BYTES);
  return crc32(bytes) * (PLACE_BYTES + 1) + bytes.length;
}

/** Whether a line with this checksum ends at the offset. */
export async function isPlace(handle: LogHandle, offset: number, sum: number): Promise<boolean> {
  const length = sum % (PLACE_BYTES + 1);
  const start = Math.max(0, offset - PLACE_BYTES - 1);
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(offset - start), 0, offset - start, start);
  const before = withoutNewline(buffer.subarray(0, bytesRead));
  if (before.length < length) return false;
  return crc32(before.subarray(before.length - length)) === Math.floor(sum / (PLACE_BYTES + 1));
}

const withoutNewline = (bytes: Buffer): Buffer => (bytes.at(-1) === NEWLINE ? bytes.subarray(0, -1) : bytes);

/** Reads complete lines from an offset to the end of the file. */
export class LineReader {
  /** Offset after the last complete line. */
  offset: number;
  private readAt: number;
  private carry: Buffer[] = [];
  private carried = 0;
  private cut = false;

  constructor(offset: number) {
    this.offset = offset;
    this.readAt = offset;
  }

  /** Offset after the last byte read, including an incomplete line. */
  get position(): number {
    return this.readAt;
  }

  /** Whether an incomplete line was read. */
  get isMidLine(): boolean {
    return this.readAt > this.offset;
  }

  /** Yields the lines chunk by chunk, so that a slow consumer slows the reading; up to the offset `stopAt` or the end. */
  async *read(handle: LogHandle, stopAt: () => number = () => Number.POSITIVE_INFINITY): AsyncGenerator<FileLine[]> {
    const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
    for (;;) {
      const wanted = Math.min(CHUNK_BYTES, stopAt() - this.readAt);
      if (wanted <= 0) return;
      const { bytesRead } = await handle.read(buffer, 0, wanted, this.readAt);
      if (bytesRead === 0) return;
      const lines = this.split(buffer.subarray(0, bytesRead));
      if (lines.length > 0) yield lines;
    }
  }

  /** Returns the incomplete last line of a file without a writer. */
  finish(): FileLine[] {
    if (this.carried === 0 && !this.cut) return [];
    this.offset = this.readAt;
    return [{ text: this.takeCarry(Buffer.alloc(0)), end: this.offset }];
  }

  private split(data: Buffer): FileLine[] {
    const lines: FileLine[] = [];
    const base = this.readAt;
    let start = 0;
    for (;;) {
      const newline = data.indexOf(NEWLINE, start);
      if (newline === -1) break;
      const piece = this.withoutHole(data.subarray(start, newline));
      this.offset = base + newline + 1;
      lines.push({ text: this.takeCarry(piece), end: this.offset });
      start = newline + 1;
    }
    this.readAt = base + data.length;
    this.addCarry(this.withoutHole(data.subarray(start)));
    return lines;
  }

  /** Drops zeros at the start of a line: a writer that does not append leaves a hole in a file that was emptied. */
  private withoutHole(piece: Buffer): Buffer {
    if (this.carried > 0 || this.cut || piece[0] !== 0) return piece;
    const end = piece.findIndex((byte) => byte !== 0);
    return end === -1 ? piece.subarray(piece.length) : piece.subarray(end);
  }

  private addCarry(piece: Buffer): void {
    const room = LINE_MAX_BYTES - this.carried;
    if (piece.length > room) this.cut = true;
    const kept = piece.subarray(0, Math.max(0, room));
    if (kept.length === 0) return;
    this.carry.push(Buffer.from(kept));
    this.carried += kept.length;
  }

  private takeCarry(last: Buffer): string {
    if (this.carried === 0 && !this.cut) {
      const whole =
        last.length <= LINE_MAX_BYTES
          ? last.toString("utf8")
          : `${last.toString("utf8", 0, LINE_MAX_BYTES)}${LINE_CUT_MARK}`;
      return `${whole}\n`;
    }
    this.addCarry(last);
    const text = `${Buffer.concat(this.carry).toString("utf8")}${this.cut ? LINE_CUT_MARK : ""}\n`;
    this.carry = [];
    this.carried = 0;
    this.cut = false;
    return text;
  }
}

export interface TailOptions {
  /** The file has no writer: its last text counts as a line even without a line end. */
  ended?: boolean;
  /** Most bytes that are read backwards. */
  maxBytes?: number;
}

/** Returns the offset of the last `lines` lines of a file, within its last `maxBytes`. */
export async function tailOffset(
  handle: LogHandle,
  lines: number,
  { ended = false, maxBytes = TAIL_MAX_BYTES }: TailOptions = {},
): Promise<number> {
  const { size } = await handle.stat();
  const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
  let found = 0;
  let oldest: number | undefined;
  let end = size;
  if (ended && size > 0) {
    const { bytesRead } = await handle.read(buffer, 0, 1, size - 1);
    if (bytesRead === 1 && buffer[0] !== NEWLINE) {
      if (lines === 0) return size;
      found = 1;
    }
  }
  while (end > 0) {
    if (size - end >= maxBytes) return oldest ?? end;
    const start = Math.max(0, end - CHUNK_BYTES);
    const { bytesRead } = await handle.read(buffer, 0, end - start, start);
    for (let index = bytesRead - 1; index >= 0; index--) {
      if (buffer[index] !== NEWLINE) continue;
      if (found === lines) return start + index + 1;
      oldest = start + index + 1;
      found++;
    }
    end = start;
  }
  return 0;
}

/**
 * Returns the rotated files of a log, oldest first: files in its folder whose names start with the name of the log. Compressed
 * files are excluded, since reading cannot continue in them.
 */
export async function rotatedNeighbours(path: string): Promise<string[]> {
  const name = basename(path);
  const stem = name.replace(/\.log$/, "");
  const folder = dirname(path);
  const names = (await readdir(folder)).filter(
    (other) =>
      other !== name &&
      other.startsWith(stem) &&
      /^[._-]/.test(other.slice(stem.length)) &&
      !/\.(gz|zst|bz2|xz)$/.test(other),
  );
  const files: { path: string; modified: number }[] = [];
  for (const other of names.slice(0, MAX_NEIGHBOURS)) {
    const info = await stat(join(folder, other)).catch(() => undefined);
    if (info?.isFile()) files.push({ path: join(folder, other), modified: info.mtimeMs });
  }
  return files.sort((left, right) => left.modified - right.modified).map((file) => file.path);
}
