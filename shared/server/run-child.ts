import { spawn } from "node:child_process";
import process from "node:process";
import type { Readable } from "node:stream";
import { createLineReader } from "./line-reader.ts";
import { signalGroup } from "./process-group.ts";

/** Longest line that is passed on, in bytes. */
const MAX_LINE = 4_096;
/** Output of one call that is read, in bytes; a last line says that more was dropped. */
const MAX_OUTPUT = 8 * 1024 * 1024;
/** Time between SIGTERM and SIGKILL. */
const TERMINATE_MS = 5_000;
/** Time for output after the exit: a helper outside the process group may hold the pipe open. */
const DRAIN_MS = 2_000;

export interface ChildOptions {
  /** Absolute path of the program. */
  program: string;
  args: readonly string[];
  cwd: string;
  /** Its whole environment. */
  env: Record<string, string>;
  input?: string;
  timeoutMs: number;
  signal?: AbortSignal;
  onLine(line: string): void;
}

/** Replaces the output after its limit. */
const OUTPUT_TRUNCATED = "(more output is not shown)";

export interface ChildEnd {
  /** Null when a signal ended it. */
  code: number | null;
  timedOut: boolean;
}

/** Runs a program to its end, without a shell and in its own process group. Rejects when the program cannot be started. */
export function runChild({ program, args, cwd, env, input, ...run }: ChildOptions): Promise<ChildEnd> {
  return new Promise((resolve, reject) => {
    if (run.signal?.aborted) return reject(run.signal.reason);
    const child = spawn(program, [...args], {
      cwd,
      env,
      shell: false,
      detached: true,
      windowsHide: true,
      stdio: [input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
    });
    let timedOut = false;
    let kill: NodeJS.Timeout | undefined;
    let drain: NodeJS.Timeout | undefined;
    const end = () => {
      if (child.pid === undefined || kill) return;
      const { pid } = child;
      signalGroup(pid, "SIGTERM");
      kill = setTimeout(() => signalGroup(pid, "SIGKILL"), TERMINATE_MS);
    };
    const limit = setTimeout(() => {
      timedOut = true;
      end();
    }, run.timeoutMs);
    run.signal?.addEventListener("abort", end, { once: true });
    const settle = () => {
      clearTimeout(limit);
      clearTimeout(kill);
      clearTimeout(drain);
      run.signal?.removeEventListener("abort", end);
    };
    const outputs = [child.stdout, child.stderr].filter((stream) => stream !== null);
    readLines(outputs, run.onLine);
    child.stdin?.on("error", () => {}); // the program ended before it read all input
    child.stdin?.end(input);
    child.once("error", (error) => {
      settle();
      reject(error);
    });
    child.once("exit", () => {
      if (child.pid !== undefined) signalGroup(child.pid, "SIGKILL"); // child processes it left behind
      drain = setTimeout(() => {
        for (const stream of outputs) stream.destroy();
      }, DRAIN_MS);
    });
    child.once("close", (code) => {
      settle();
      resolve({ code, timedOut });
    });
  });
}

function readLines(streams: readonly Readable[], onLine: (line: string) => void): void {
  let left = MAX_OUTPUT;
  for (const stream of streams) {
    const lines = createLineReader(MAX_LINE, onLine);
    stream.on("data", (chunk: Buffer) => {
      if (left <= 0) return;
      left -= chunk.length;
      lines.push(chunk);
      if (left <= 0) onLine(OUTPUT_TRUNCATED);
    });
    stream.on("end", () => lines.end());
    stream.on("error", () => {});
  }
}

/** Folders in which programs are found. */
export const searchPath = (): string => process.env.PATH ?? "/usr/local/bin:/usr/bin:/bin";
