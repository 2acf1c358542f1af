import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { once } from "node:events";
import process from "node:process";
import { eventually } from "./eventually.ts";

/** Longest wait for the last output after the end: children may still hold it open. */
const LAST_OUTPUT_MS = 1_000;
/** Characters of output kept per child, the newest. */
const MAX_OUTPUT = 1_000_000;

export interface Child {
  pid: number;
  /** Output to stdout and stderr so far, without the oldest part. */
  output(): string;
  /** Resolves when the output contains the text. */
  prints(text: string | RegExp): Promise<string>;
  /** Null while it runs. */
  exitCode(): number | null;
  exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  /** Signals only the child, like a supervisor; SIGKILL is sent to its whole process group. */
  signal(signal: NodeJS.Signals): void;
  /** Sends SIGTERM, and SIGKILL after `within` milliseconds; resolves when the child and its children have ended. */
  stop(within?: number): Promise<void>;
}

const running = new Set<ChildProcess>();
process.on("exit", () => {
  for (const child of running) signalGroup(child, "SIGKILL"); // so that a crashed test leaves no process
});

/** Starts a program in a separate process group and collects its output. */
export async function startChild(program: string, args: string[], options: SpawnOptions = {}): Promise<Child> {
  const child = spawn(program, args, { ...options, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  running.add(child);
  const exited = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    child.once("exit", (code, signal) => {
      running.delete(child);
      const done = () => {
        clearTimeout(late);
        resolve({ code, signal });
      };
      const late = setTimeout(done, LAST_OUTPUT_MS);
      child.once("close", done);
    });
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (text: string) => {
      output = (output + text).slice(-MAX_OUTPUT);
    });
  }
  await once(child, "spawn");
  return {
    pid: child.pid ?? 0,
    output: () => output,
    prints: (text) =>
      eventually(() => {
        if (typeof text === "string" ? output.includes(text) : text.test(output)) return output;
        throw new Error(`the output lacks ${String(text)}:\n${output.slice(-2_000)}`);
      }),
    exitCode: () => child.exitCode,
    exited,
    signal: (signal) => {
      if (signal === "SIGKILL") signalGroup(child, signal);
      else child.kill(signal);
    },
    stop: async (within = 60_000) => {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill("SIGTERM");
        const kill = setTimeout(() => signalGroup(child, "SIGKILL"), within);
        await exited;
        clearTimeout(kill);
      }
      signalGroup(child, "SIGKILL"); // remaining children
    },
  };
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // Already ended.
  }
}
