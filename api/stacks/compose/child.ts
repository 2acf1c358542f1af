import { spawn } from "node:child_process";
import { homedir } from "node:os";
import process from "node:process";
import type { Readable } from "node:stream";
import { createLineReader } from "../../../shared/server/line-reader.ts";
import { signalGroup } from "../../../shared/server/process-group.ts";

/** Longest line that is handed on, in bytes. */
const LINE_MAX = 4_096;
/** Output of one call that is read; what comes after is dropped, and said to be. */
const OUTPUT_MAX = 8 * 1024 * 1024;
/** How long a call may take to end after SIGTERM. */
const TERMINATE_MS = 5_000;
/** How long output may go on after the end: a helper outside of the group may hold the pipe for ever. */
const DRAIN_MS = 2_000;

export interface ChildOptions {
  /** Absolute path of the program. */
  program: string;
  args: readonly string[];
  cwd: string;
  dockerHost: string;
  input?: string;
  limitMs: number;
  signal?: AbortSignal;
  onLine(line: string): void;
}

export interface ChildEnd {
  /** Null when it was ended by a signal. */
  code: number | null;
  timedOut: boolean;
}

/**
 * Runs a program to its end, without a shell, in a process group of its own, with PATH, HOME and DOCKER_HOST and nothing
 * else of our environment: variables that a compose file names are read from there. Rejects when it cannot be started.
 */
export function runChild({ program, args, cwd, dockerHost, input, ...run }: ChildOptions): Promise<ChildEnd> {
  return new Promise((resolve, reject) => {
    if (run.signal?.aborted) return reject(run.signal.reason);
    const child = spawn(program, [...args], {
      cwd,
      env: childEnvironment(dockerHost),
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
    }, run.limitMs);
    run.signal?.addEventListener("abort", end, { once: true });
    const settle = () => {
      clearTimeout(limit);
      clearTimeout(kill);
      clearTimeout(drain);
      run.signal?.removeEventListener("abort", end);
    };
    const outputs = [child.stdout, child.stderr].filter((stream) => stream !== null);
    readLines(outputs, run.onLine);
    child.stdin?.on("error", () => {}); // it ended before it had read all
    child.stdin?.end(input);
    child.once("error", (error) => {
      settle();
      reject(error);
    });
    child.once("exit", () => {
      if (child.pid !== undefined) signalGroup(child.pid, "SIGKILL"); // helpers it left behind
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
  let left = OUTPUT_MAX;
  for (const stream of streams) {
    const lines = createLineReader(LINE_MAX, onLine);
    stream.on("data", (chunk: Buffer) => {
      if (left <= 0) return;
      left -= chunk.length;
      lines.push(chunk);
      if (left <= 0) onLine("(more output is not shown)");
    });
    stream.on("end", () => lines.end());
    stream.on("error", () => {});
  }
}

function childEnvironment(dockerHost: string): Record<string, string> {
  return { PATH: searchPath(), HOME: homedir(), DOCKER_HOST: dockerHost };
}

export const searchPath = (): string => process.env.PATH ?? "/usr/local/bin:/usr/bin:/bin";
