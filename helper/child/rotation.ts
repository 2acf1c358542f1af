import { closeSync } from "node:fs";
import { basename, dirname } from "node:path";
import type { RotateOptions } from "../../shared/pm2/rotate-log.ts";
import { openPlace } from "./open-path.ts";

/**
 * Rotates log files as this process's user. The folder is opened first, with the rules for links of other users, and used as it
 * was opened. One file at a time: two rotations of one file would take each other's copy.
 */
export function createRotation() {
  let last: Promise<unknown> = Promise.resolve();

  /** Runs work with the path of a log in its opened folder; undefined if there is no such folder. */
  const inFolder = async <T>(path: string, work: (path: string) => Promise<T>): Promise<T | undefined> => {
    const folder = openPlace(dirname(path));
    if (!folder) return undefined;
    try {
      return await work(`/proc/self/fd/${folder.fd}/${basename(path)}`);
    } finally {
      closeSync(folder.fd);
    }
  };

  return {
    /** Null if it is unknown. */
    async canRotateFile(path: string): Promise<boolean | null> {
      const { canRotateLossless } = await import("../../shared/pm2/rotate-log.ts");
      return (await inFolder(path, canRotateLossless)) ?? null;
    },
    /** @returns Bytes that were moved. @throws AppError as `rotateLogFile` */
    async rotateFile(path: string, options: RotateOptions): Promise<number> {
      const { rotateLogFile } = await import("../../shared/pm2/rotate-log.ts");
      const next = last.then(() => inFolder(path, (log) => rotateLogFile(log, options)));
      last = next.catch(() => undefined);
      return (await next) ?? 0;
    },
  };
}
