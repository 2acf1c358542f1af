import { spawn } from "node:child_process";
import { homedir } from "node:os";
import process from "node:process";
import type { Readable } from "node:stream";
import { createLineReader } from "../../../shared/server/line-reader.ts";
import { signalGroup } from "../../../shared/server/process-group.ts";
import { composeErrors } from "../messages.ts";

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
  dockerHost: string;
  input?: string;
  timeoutMs: number;
  signal?: AbortSignal;
  onLine(line: string): void;
}

export interface ChildEnd {
  /** Null when a signal ended it. */
  code: number | null;
  timedOut: boolean;
}

/**
 * Runs a program to its end, without a shell and in its own process group. Its environment is PATH, HOME and DOCKER_HOST
 * only, because compose files can read variables from it. Rejects when the program cannot be started.
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
      if (left <= 0) onLine(composeErrors.outputTruncated);
    });
    stream.on("end", () => lines.end());
    stream.on("error", () => {});
  }
}

function childEnvironment(dockerHost: string): Record<string, string> {
  return { PATH: searchPath(), HOME: homedir(), DOCKER_HOST: dockerHost };
}

export const searchPath = (): string => process.env.PATH ?? "/usr/local/bin:/usr/bin:/bin";
