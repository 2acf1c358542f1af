import { constants, createReadStream, createWriteStream } from "node:fs";
import { type FileHandle, open, readdir, rename, rm, statfs } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import process from "node:process";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { fillerText, MAX_FILLER_BYTES } from "../logs/pm2/log-filler.ts";
import { AppError } from "../server/errors.ts";
import { runChild } from "../server/run-child.ts";

/** Part of util-linux; the one of BusyBox cannot remove the head of a file. */
const FALLOCATE = "/usr/bin/fallocate";
const FALLOCATE_MS = 60_000;
/** Types that `statfs` names: ext4 and XFS can remove blocks from the head of a file that is being written. */
const LOSSLESS_TYPES = new Set([0xef53, 0x58465342]);
const COPY_BYTES = 1024 * 1024;
/** Free space that a copy leaves, in bytes. */
const RESERVE_BYTES = 64 * 1024 * 1024;
/** Ends of blocks that are searched for one that is the end of a line too, and for the shortest rest of a line. */
const MAX_EXACT = 4_096;
const MAX_NEAR = 64;
const MIN_FILLER = 3;
/** Copies of what was appended during the copy, before the file is truncated. */
const MAX_ROUNDS = 10;
const NEWLINE = 0x0a;

export interface RotateOptions {
  /** Rotated files that stay. */
  kept: number;
  /** Rotated files are compressed, except the newest one: readers may still be in it. */
  compress: boolean;
  /** Where blocks cannot be removed, copies and truncates: what is written between the two is lost. */
  mayLose: boolean;
}

/** Whether the log can be rotated without losing a line; null if it is unknown, for one: there is no such folder. */
export async function canRotateLossless(path: string): Promise<boolean | null> {
  try {
    return LOSSLESS_TYPES.has((await statfs(dirname(path))).type);
  } catch {
    return null;
  }
}

/**
 * Moves the head of a log file to `<path>.1`, and older rotated files to `.2` and on. The writer keeps its open file. Cuts
 * after whole lines where a line is not longer than 16 KiB.
 *
 * @returns Bytes that were moved; 0 for a missing file, or one of a single block.
 * @throws AppError `not_supported` (no regular file, or it would lose lines), `forbidden`, `conflict` (no space)
 */
export async function rotateLogFile(path: string, options: RotateOptions): Promise<number> {
  const file = await openOwn(path);
  if (!file) return 0;
  const copy = `${path}.rotating`;
  try {
    const { type, bsize, bavail } = await statfs(path);
    const { size, mode } = await file.stat();
    if (size <= bsize) return 0;
    if (bavail * bsize < size + RESERVE_BYTES) throw new AppError("conflict", "The disk has no space for a copy.");
    await rm(copy, { force: true });
    const out = await open(copy, "wx", mode & 0o777);
    try {
      const isLossless = LOSSLESS_TYPES.has(type) && (await canCollapse(out, bsize));
      if (!isLossless && !options.mayLose) throw new AppError("not_supported", lossy);
      if (isLossless) return await moveBlocks(file, out, path, bsize, options);
      return await copyAndTruncate(file, out, path, options);
    } finally {
      await out.close();
      await rm(copy, { force: true });
    }
  } finally {
    await file.close();
  }
}

const lossy = "This file system can only rotate the log by a copy, which can lose lines: allow this in the settings.";

/** Undefined for a missing file. */
async function openOwn(path: string): Promise<FileHandle | undefined> {
  const flags = constants.O_RDWR | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const file = await open(path, flags).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return undefined;
    if (error.code === "ELOOP" || error.code === "ENXIO") throw new AppError("not_supported", notRegular);
    throw new AppError("forbidden", "The panel may not change this log file.", { cause: error });
  });
  const found = await file?.stat();
  if (found?.isFile() && found.nlink === 1 && found.uid === process.getuid?.()) return file;
  await file?.close();
  if (found) throw new AppError("not_supported", notRegular);
  return undefined;
}

const notRegular = "PM2 does not log into a regular file of the panel's user, with one name.";

async function moveBlocks(file: FileHandle, out: FileHandle, path: string, block: number, options: RotateOptions) {
  const { size } = await file.stat();
  const { blocks, end } = await findCut(file, size, block);
  await copyRange(file, out, 0, end);
  await out.sync();
  await shiftRotated(path, options.kept);
  await rename(`${path}.rotating`, `${path}.1`);
  if (!(await collapse(file, blocks))) {
    await rm(`${path}.1`, { force: true });
    throw new AppError("not_supported", "The file system refused to remove the head of the log. Nothing was lost.");
  }
  // What the last rotated line left behind in the first block.
  if (end > blocks) await file.write(Buffer.from(fillerText(end - blocks)), 0, end - blocks, 0);
  await tidy(path, options);
  return blocks;
}

async function copyAndTruncate(file: FileHandle, out: FileHandle, path: string, options: RotateOptions) {
  let copied = 0;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const { size } = await file.stat();
    if (size <= copied) break;
    await copyRange(file, out, copied, size);
    copied = size;
    if (round === 0) await out.sync();
  }
  await file.truncate(0);
  await shiftRotated(path, options.kept);
  await rename(`${path}.rotating`, `${path}.1`);
  await tidy(path, options);
  return copied;
}

interface Cut {
  /** Bytes of whole blocks, which are removed. */
  blocks: number;
  /** End of the last line that is moved: there, or further on. */
  end: number;
}

/** In the second half of a file, finds the last end of a block that is the end of a line too; else the one that the fewest bytes of its line follow. */
async function findCut(file: FileHandle, size: number, block: number): Promise<Cut> {
  // The last block, even a whole one, cannot be removed.
  const last = Math.ceil(size / block) - 1;
  const half = Math.floor(last / 2);
  const byte = Buffer.alloc(1);
  for (let count = last; count > Math.max(half, last - MAX_EXACT); count--) {
    await file.read(byte, 0, 1, count * block - 1);
    if (byte[0] === NEWLINE) return { blocks: count * block, end: count * block };
  }
  const text = Buffer.alloc(MAX_FILLER_BYTES);
  let best: Cut | undefined;
  for (let count = last; count > Math.max(half, last - MAX_NEAR); count--) {
    const { bytesRead } = await file.read(text, 0, text.length, count * block);
    const newline = text.subarray(0, bytesRead).indexOf(NEWLINE, MIN_FILLER - 1);
    if (newline === -1) continue;
    const cut = { blocks: count * block, end: count * block + newline + 1 };
    if (!best || cut.end - cut.blocks < best.end - best.blocks) best = cut;
  }
  // A line that is longer is cut wherever it is read.
  return best ?? { blocks: last * block, end: last * block };
}

async function copyRange(from: FileHandle, to: FileHandle, start: number, end: number): Promise<void> {
  const buffer = Buffer.allocUnsafe(COPY_BYTES);
  for (let at = start; at < end; ) {
    const { bytesRead } = await from.read(buffer, 0, Math.min(COPY_BYTES, end - at), at);
    if (bytesRead === 0) throw new AppError("conflict", "The log became shorter while it was copied.");
    for (let done = 0; done < bytesRead; ) {
      done += (await to.write(buffer, done, bytesRead - done, at + done)).bytesWritten;
    }
    at += bytesRead;
  }
}

/** Tries it on a file of two blocks, and leaves it empty. */
async function canCollapse(probe: FileHandle, block: number): Promise<boolean> {
  await probe.write(Buffer.alloc(2 * block), 0, 2 * block, 0);
  const done = await collapse(probe, block);
  await probe.truncate(0);
  return done;
}

/** Removes the first bytes of an open file at once. What is appended meanwhile stays. */
async function collapse({ fd }: FileHandle, bytes: number): Promise<boolean> {
  const { code } = await runChild({
    program: FALLOCATE,
    // The open file itself: its name can lead to another one meanwhile.
    args: ["--collapse-range", "--offset", "0", "--length", String(bytes), `/proc/${process.pid}/fd/${fd}`],
    cwd: "/",
    env: {},
    timeoutMs: FALLOCATE_MS,
    onLine: () => undefined,
  }).catch(() => ({ code: null }));
  return code === 0;
}

/** The rotated files of a log by their numbers. */
async function rotatedFiles(path: string): Promise<{ number: number; ending: string }[]> {
  const start = `${basename(path)}.`;
  return (await readdir(dirname(path))).flatMap((name) => {
    const [, number, ending = ""] =
      (name.startsWith(start) && /^([1-9]\d{0,3})(\.gz)?$/.exec(name.slice(start.length))) || [];
    return number === undefined ? [] : [{ number: Number(number), ending }];
  });
}

const rotatedPath = (path: string, number: number, ending: string) =>
  join(dirname(path), `${basename(path)}.${number}${ending}`);

/** Makes room for `.1`. Files beyond the number kept go with `tidy`, once the new one is whole. */
async function shiftRotated(path: string, kept: number): Promise<void> {
  const files = (await rotatedFiles(path)).filter(({ number }) => number <= kept);
  for (const { number, ending } of files.sort((a, b) => b.number - a.number)) {
    await rename(rotatedPath(path, number, ending), rotatedPath(path, number + 1, ending));
  }
}

async function tidy(path: string, { kept, compress }: RotateOptions): Promise<void> {
  for (const { number, ending } of await rotatedFiles(path)) {
    const rotated = rotatedPath(path, number, ending);
    if (number > kept) await rm(rotated, { force: true });
    else if (compress && number > 1 && ending === "") await compressFile(rotated);
  }
}

async function compressFile(path: string): Promise<void> {
  const partial = `${path}.gz.partial`;
  await rm(partial, { force: true });
  const source = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  const { mode } = await source.stat();
  const input = createReadStream("", { fd: source });
  await pipeline(input, createGzip(), createWriteStream(partial, { flags: "wx", mode: mode & 0o777 }));
  await rename(partial, `${path}.gz`);
  await rm(path);
}
