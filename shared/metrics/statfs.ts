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

/** The child process is killed after this time. */
const REMOTE_LIMIT_MS = 10_000;

/** Measures a local file system: the call returns at once. */
export const localSizes = (path: string): Promise<FileSystemSizes> => statfs(path);

/**
 * Measures a file system that another machine or program serves, by a child process (`stat`): a call that hangs forever in
 * one of the runtime's threads would keep this process from ending. `stat` also returns the block unit of FUSE, which the
 * runtime's call does not.
 *
 * @throws Error with the code of the system; `ETIMEDOUT` after ten seconds
 */
export function remoteSizes(path: string): Promise<FileSystemSizes> {
  return new Promise((resolve, reject) => {
    const options = {
      timeout: REMOTE_LIMIT_MS,
      killSignal: "SIGKILL" as const,
      maxBuffer: 4_096,
      cwd: "/",
      env: { PATH: process.env.PATH ?? "/usr/bin:/bin", LC_ALL: "C" },
    };
    const child = execFile("stat", ["-f", "-c", "%S %b %f %a", "--", path], options, (error, stdout, stderr) => {
      if (error?.code === "ENOENT") return void localSizes(path).then(resolve, reject); // no `stat` program
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
