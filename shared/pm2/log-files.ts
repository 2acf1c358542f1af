import { constants, type Stats } from "node:fs";
import { type FileHandle, lstat, open, stat } from "node:fs/promises";
import { AppError } from "../server/errors.ts";
import type { DaemonLink, LinkedFile } from "./daemon-link.ts";
import type { ProcessEntry } from "./process-views.ts";

/** `/dev/null` or `NULL` in PM2's configuration means that PM2 keeps no log. */
export const toLogPath = (path: string): string | null =>
  path === "" || /^(NULL|\/dev\/null)$/i.test(path) ? null : path;

/** Every file that PM2 writes the output of these processes into. */
export function logPathsOf(entries: readonly ProcessEntry[]): string[] {
  const paths = entries
    .filter(({ pm2_env }) => !pm2_env.disable_logs)
    .flatMap(({ pm2_env: { pm_out_log_path, pm_err_log_path, pm_log_path } }) => [
      toLogPath(pm_out_log_path),
      toLogPath(pm_err_log_path),
      toLogPath(pm_log_path),
    ]);
  return [...new Set(paths.filter((path) => path !== null))];
}

/** Bytes in these log files; null if one of them cannot be read. A file that does not exist yet is empty. */
export async function sizeOfLogs(link: Pick<DaemonLink, "statFile">, paths: readonly string[]): Promise<number | null> {
  try {
    const files = await Promise.all([...new Set(paths)].map((path) => link.statFile(path)));
    return files.reduce((sum, file) => sum + (file?.size ?? 0), 0);
  } catch {
    return null;
  }
}

/**
 * Empties log files. PM2 appends to them, so that the processes go on writing.
 *
 * @param others Log files of other apps, which must stay.
 * @returns Bytes that were deleted.
 * @throws AppError `conflict` for a file that another app writes into; `forbidden`, `not_supported`
 */
export async function emptyLogFiles(
  link: Pick<DaemonLink, "statFile" | "emptyFile">,
  paths: readonly string[],
  others: readonly string[],
): Promise<number> {
  /** A path without a file to compare is compared itself. */
  const idOf = (path: string) =>
    link.statFile(path).then(
      (file) => file?.id ?? path,
      () => path,
    );
  const kept = new Set([...others, ...(await Promise.all(others.map(idOf)))]);
  const own = [...paths, ...(await Promise.all(paths.map(idOf)))];
  if (own.some((one) => kept.has(one))) {
    throw new AppError("conflict", "Another process writes into the same log file.");
  }
  let bytes = 0;
  for (const path of paths) bytes += await link.emptyFile(path);
  return bytes;
}

/** The user whose files a log may be; undefined: whatever this process may open. */
type Owner = number | undefined;

/** Finds a log file without opening it: see `DaemonLink.statFile`. */
export async function statLogFile(path: string, owner?: Owner): Promise<LinkedFile | null> {
  const found = await stat(path).catch((error: unknown) => missingOrForbidden(error));
  if (!found) return null;
  requireLog(found, owner);
  return { id: `${found.dev}:${found.ino}`, size: found.size, modifiedAt: found.mtimeMs };
}

/** Reads a part of a log file: see `DaemonLink.readFile`. */
export async function readLogFile(path: string, offset: number, length: number, owner?: Owner): Promise<Uint8Array> {
  const bytes = await withLogFile(path, constants.O_RDONLY, owner, async (file) => {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, offset);
    return buffer.subarray(0, bytesRead);
  });
  if (!bytes) throw new AppError("not_found", "There is no such log file.");
  return bytes;
}

/** Empties a log file: see `DaemonLink.emptyFile`. */
export async function emptyLogFile(path: string, owner?: Owner): Promise<number> {
  const bytes = await withLogFile(path, constants.O_WRONLY, owner, async (file, size) => {
    await file.truncate(0);
    return size;
  });
  return bytes ?? 0;
}

/** Opens a place without access to its content; Linux's, and not among Node's constants. */
const O_PATH = 0o10000000;

/**
 * Opens a log file; undefined if it is missing. A link is not followed: the user of the daemon could point it at a file of the
 * panel. Anything but a regular file is not opened: a pipe without a writer would wait forever, and a device can have an effect.
 */
async function withLogFile<T>(
  path: string,
  mode: number,
  owner: Owner,
  work: (file: FileHandle, size: number) => Promise<T>,
): Promise<T | undefined> {
  const flags = mode | constants.O_NONBLOCK | constants.O_NOFOLLOW;
  const seen = await lstat(path).catch((error: unknown) => missingOrForbidden(error));
  if (!seen) return undefined;
  requireLog(seen, owner);
  // Another user could exchange the file, or a folder above it, before it is opened.
  const place =
    owner === undefined ? undefined : await open(path, O_PATH | constants.O_NOFOLLOW).catch(missingOrForbidden);
  try {
    if (place) requireLog(await place.stat(), owner);
    const name = place ? `/proc/self/fd/${place.fd}` : path;
    const file = await open(name, place ? mode | constants.O_NONBLOCK : flags).catch(missingOrForbidden);
    if (!file) return undefined;
    try {
      const stats = await file.stat();
      requireLog(stats, owner);
      return await work(file, stats.size);
    } finally {
      await file.close();
    }
  } finally {
    await place?.close();
  }
}

function missingOrForbidden(error: unknown): undefined {
  const { code } = error as NodeJS.ErrnoException;
  if (code === "ENOENT" || code === "ENOTDIR") return undefined;
  if (code === "ELOOP" || code === "ENXIO") throw new AppError("not_supported", notRegular, { cause: error });
  throw new AppError("forbidden", "The panel may not open this log file.", { cause: error });
}

const notRegular = "PM2 does not log into a regular file.";

function requireLog(stats: Stats, owner: Owner): void {
  if (!stats.isFile()) throw new AppError("not_supported", notRegular);
  if (owner !== undefined && stats.uid !== owner) {
    throw new AppError("forbidden", "This log file belongs to another user than its process.");
  }
}
