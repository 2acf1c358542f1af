import { constants } from "node:fs";
import { type FileHandle, open, realpath } from "node:fs/promises";
import { AppError } from "../server/errors.ts";
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
export async function sizeOfLogs(paths: readonly string[]): Promise<number | null> {
  let bytes = 0;
  for (const path of new Set(paths)) {
    try {
      bytes += await withLogFile(path, constants.O_RDONLY, async (_file, size) => size);
    } catch {
      return null;
    }
  }
  return bytes;
}

/**
 * Empties log files. PM2 appends to them, so that the processes go on writing.
 *
 * @param others Log files of other apps, which must stay.
 * @returns Bytes that were deleted.
 * @throws AppError `conflict` for a file that another app writes into; `forbidden`
 */
export async function emptyLogFiles(paths: readonly string[], others: readonly string[]): Promise<number> {
  const kept = new Set(await Promise.all(others.map(realPath)));
  if ((await Promise.all(paths.map(realPath))).some((path) => kept.has(path))) {
    throw new AppError("conflict", "Another process writes into the same log file.");
  }
  let bytes = 0;
  for (const path of paths) {
    bytes += await withLogFile(path, constants.O_WRONLY, async (file, size) => {
      await file.truncate(0);
      return size;
    });
  }
  return bytes;
}

/** Two paths of one file have the same real path; a missing file keeps its own. */
const realPath = (path: string): Promise<string> => realpath(path).catch(() => path);

/**
 * Opens a regular file; one that is missing counts as empty. A link is not followed: the user of the daemon could point it
 * at a file of the panel. Opening a pipe without a writer would wait forever.
 */
async function withLogFile(
  path: string,
  mode: number,
  work: (file: FileHandle, size: number) => Promise<number>,
): Promise<number> {
  const file = await open(path, mode | constants.O_NONBLOCK | constants.O_NOFOLLOW).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return undefined;
      throw new AppError("forbidden", "The panel may not open this log file.", { cause: error });
    },
  );
  if (!file) return 0;
  try {
    const stats = await file.stat();
    if (!stats.isFile()) throw new AppError("conflict", "PM2 does not log into a regular file.");
    return await work(file, stats.size);
  } finally {
    await file.close();
  }
}
