import { constants } from "node:fs";
import { type FileHandle, lstat, open, rename, rm, statfs } from "node:fs/promises";
import { basename, dirname } from "node:path";
import process from "node:process";
import { fillerText, MAX_FILLER_BYTES } from "../logs/pm2/log-filler.ts";
import { AppError } from "../server/errors.ts";
import { runChild } from "../server/run-child.ts";
import { missing, openLike, openOf, shiftRotated, tidyRotated } from "./rotated-files.ts";

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

/** How a log is rotated. */
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
 * after whole lines where a line is not longer than 16 KiB. Rotated files have the owner of the log and no wider mode.
 *
 * @param owner User whose file it must be, if that is not the user of this process; only root can name another one. The
 *   folder must be this user's too: it stays the opened one, whatever its path leads to meanwhile.
 * @returns Bytes that were moved; 0 for a missing file, or one of a single block.
 * @throws AppError `not_supported` (no regular file, or it would lose lines), `forbidden`, `storage_full`
 */
export async function rotateLogFile(path: string, options: RotateOptions, owner?: number): Promise<number> {
  try {
    if (owner === undefined) return await rotate(path, options, process.getuid?.() ?? 0);
    const flags = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NONBLOCK;
    const folder = await open(dirname(path), flags).catch(missing);
    if (!folder) return 0;
    try {
      if ((await folder.stat()).uid !== owner) throw new AppError("forbidden", foreignFolder);
      return await rotate(`/proc/self/fd/${folder.fd}/${basename(path)}`, options, owner);
    } finally {
      await folder.close();
    }
  } catch (error) {
    throw toRotateError(error);
  }
}

async function rotate(path: string, options: RotateOptions, owner: number): Promise<number> {
  const file = await openOf(path, owner);
  if (!file) return 0;
  const copy = `${path}.rotating`;
  try {
    const { type, bsize, bavail } = await statfs(path);
    const found = await file.stat();
    if (found.size <= bsize) return 0;
    if (bavail * bsize < found.size + RESERVE_BYTES) throw new AppError("storage_full", noSpace);
    await rm(copy, { force: true });
    const out = await openLike(copy, found);
    try {
      const isLossless = LOSSLESS_TYPES.has(type) && (await canCollapse(out, bsize));
      if (!isLossless && !options.mayLose) throw new AppError("not_supported", lossy);
      const log: OpenLog = { file, out, path, owner };
      return isLossless ? await moveBlocks(log, bsize, options) : await copyAndTruncate(log, options);
    } finally {
      await out.close();
      await rm(copy, { force: true });
    }
  } finally {
    await file.close();
  }
}

const lossy = "This file system can only rotate the log by a copy, which can lose lines: allow this in the settings.";
const foreignFolder = "The folder of this log belongs to another user than its process.";
const noSpace = "The disk has no space for a copy.";

/** A log while it is rotated, and the file that its head goes to. */
interface OpenLog {
  file: FileHandle;
  out: FileHandle;
  path: string;
  owner: number;
}

/** What the file system refuses, as an error for the caller. */
function toRotateError(error: unknown): unknown {
  switch ((error as NodeJS.ErrnoException).code) {
    case "EACCES":
    case "EPERM":
    case "EROFS":
      return new AppError("forbidden", "Files cannot be made in the folder of this log.", { cause: error });
    case "ENOSPC":
    case "EDQUOT":
      return new AppError("storage_full", noSpace, { cause: error });
    case "EEXIST":
    case "EISDIR":
    case "ERR_FS_EISDIR":
    case "ENOTEMPTY":
      return new AppError("conflict", "Something else has the name of a rotated file. Nothing was lost.", {
        cause: error,
      });
    default:
      return error;
  }
}

async function moveBlocks({ file, out, path, owner }: OpenLog, block: number, options: RotateOptions) {
  const { size } = await file.stat();
  const { blocks, end } = await findCut(file, size, block);
  await copyRange(file, out, 0, end);
  await out.sync();
  await shiftRotated(path, options.kept);
  await rename(`${path}.rotating`, `${path}.1`);
  // Whoever may write into the folder could have put another file in its place.
  const [named, copied] = await Promise.all([lstat(`${path}.1`), out.stat()]);
  if (named.ino !== copied.ino) throw new AppError("conflict", "Somebody replaced the copy. Nothing was lost.");
  if (!(await collapse(file, blocks))) {
    await rm(`${path}.1`, { force: true });
    throw new AppError("not_supported", "The file system refused to remove the head of the log. Nothing was lost.");
  }
  // What the last rotated line left behind in the first block.
  if (end > blocks) await file.write(Buffer.from(fillerText(end - blocks)), 0, end - blocks, 0);
  await tidyRotated(path, options, owner);
  return blocks;
}

async function copyAndTruncate({ file, out, path, owner }: OpenLog, options: RotateOptions) {
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
  await tidyRotated(path, options, owner);
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
