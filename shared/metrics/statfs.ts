import { execFile } from "node:child_process";
import { statfs } from "node:fs/promises";
import process from "node:process";

/** Sizes of a file system, in blocks. */
export interface FileSystemSizes {
  bsize: number;
  blocks: number;
  bfree: number;
  bavail: number;
}

/** A question that has no answer after so long is ended. */
const REMOTE_LIMIT_MS = 10_000;

/** Of a file system of this host: the call answers at once. */
export const localSizes = (path: string): Promise<FileSystemSizes> => statfs(path);

/**
 * Of a file system that another machine or program stands behind, asked by a program of its own (`stat`): a call that hangs
 * for ever in one of the runtime's threads would keep this process from ending. It also tells the unit that FUSE counts
 * blocks in, which the runtime's own call does not.
 *
 * @throws Error with the code of the system; `ETIMEDOUT` after ten seconds.
 */
export function remoteSizes(path: string): Promise<FileSystemSizes> {
  return new Promise((resolve, reject) => {
    const options = {
      ...({ timeout: REMOTE_LIMIT_MS, killSignal: "SIGKILL", maxBuffer: 4_096, cwd: "/" } as const),
      env: { PATH: process.env.PATH ?? "/usr/bin:/bin", LC_ALL: "C" },
    };
    const child = execFile("stat", ["-f", "-c", "%S %b %f %a", "--", path], options, (error, stdout, stderr) => {
      if (error?.code === "ENOENT") return void localSizes(path).then(resolve, reject); // there is no such program
      const [bsize = 0, blocks = 0, bfree = 0, bavail = 0] = stdout.trim().split(" ").map(Number);
      if (!error) return void resolve({ bsize, blocks, bfree, bavail });
      reject(Object.assign(error, { code: error.killed ? "ETIMEDOUT" : codeIn(stderr) }));
    });
    child.unref();
  });
}

const codes: readonly [RegExp, string][] = [
  [/permission denied|operation not permitted/i, "EACCES"],
  [/no such file|not a directory/i, "ENOENT"],
  [/stale/i, "ESTALE"],
  [/not connected/i, "ENOTCONN"],
  [/host is down|no route/i, "EHOSTDOWN"],
  [/input\/output/i, "EIO"],
];
const codeIn = (text: string): string => codes.find(([pattern]) => pattern.test(text))?.[1] ?? "unknown";
