import { type ChildProcessByStdio, spawn } from "node:child_process";
import { join } from "node:path";
import process from "node:process";
import type { Readable, Writable } from "node:stream";
import { createFrameReader, encodeFrame } from "../shared/helper/frames.ts";
import {
  type CallError,
  MAX_HEAD,
  MAX_PART,
  MAX_RESPONSE,
  type ServerFrame,
  serverFrame,
} from "../shared/helper/protocol.ts";
import { withTimeout } from "../shared/server/async/with-timeout.ts";
import type { Account } from "./accounts.ts";
import { findPrivileges } from "./child-status.ts";

/** The group of a user without an account. */
const NOGROUP = 65_534;
const START_LIMIT_MS = 30_000;
const MAX_STDERR = 2_048;

export type Part = (topic: string | undefined, body: Buffer) => void;

export interface ChildCall {
  verb: string;
  input: unknown;
  body: Buffer;
  onPart: Part;
  signal: AbortSignal;
}

/** A process that has dropped to one user. What it says is as trustworthy as that user, who can trace and kill it. */
export interface UserChild {
  readonly pid: number;
  readonly calls: number;
  /** Resolves with the result. @throws CallFailed */
  call(call: ChildCall): Promise<unknown>;
  /** Ends it, and with it every call. */
  end(): void;
  readonly ended: Promise<void>;
}

/** A call failed, for the reason that the client is told. */
export class CallFailed extends Error {
  readonly error: CallError;
  constructor(error: CallError) {
    super(error.message);
    this.error = error;
  }
}

export const gone = (): CallFailed =>
  new CallFailed({ kind: "down", code: "upstream_unavailable", message: "The helper's process for this user ended." });

/**
 * Starts a process that drops to the user before it runs any code of the helper: uid, gid, groups, capabilities, and the
 * chance to gain any. It has no terminal, nothing of this process's environment, and ends with this process.
 *
 * @throws Error if it did not drop everything
 */
export async function startUserChild(uid: number, account: Account | undefined, key: string): Promise<UserChild> {
  const gid = account?.gid ?? NOGROUP;
  const program = [
    process.execPath,
    "--max-old-space-size=192",
    "--max-semi-space-size=1",
    join(import.meta.dirname, "child/main.ts"),
  ];
  const child = spawn("/usr/bin/setpriv", [...dropTo(uid, gid, account !== undefined), "--", ...program], {
    cwd: "/",
    env: { PATH: "/usr/bin:/bin", LC_ALL: "C.UTF-8", MALLOC_ARENA_MAX: "2", UV_USE_IO_URING: "0" },
    stdio: ["pipe", "pipe", "pipe"],
    // A session of its own, so that the user's process cannot type into root's terminal.
    detached: true,
  });
  const started = followChild(child);
  try {
    await withTimeout(
      Promise.race([started.ready, started.child.ended.then(() => Promise.reject(started.failure()))]),
      START_LIMIT_MS,
    );
    const wrong = await findPrivileges(started.child.pid, uid, gid);
    if (wrong) throw new Error(`the process for uid ${uid} has kept privileges: ${wrong}`);
    started.write({ type: "init", uid, gid, key });
    return started.child;
  } catch (error) {
    started.child.end();
    throw error;
  }
}

const dropTo = (uid: number, gid: number, hasAccount: boolean): string[] => [
  `--reuid=${uid}`,
  `--regid=${gid}`,
  hasAccount ? "--init-groups" : "--clear-groups",
  "--inh-caps=-all",
  "--ambient-caps=-all",
  `--bounding-set=-all${uid === 0 ? ",+sys_ptrace" : ""}`,
  "--no-new-privs",
  "--pdeathsig=KILL",
];

interface Waiting {
  /** Bytes of its response so far. */
  size: number;
  onPart: Part;
  settle(result: { result?: unknown } | CallFailed): void;
}

function followChild(child: ChildProcessByStdio<Writable, Readable, Readable>) {
  const waiting = new Map<number, Waiting>();
  const ended = Promise.withResolvers<void>();
  const ready = Promise.withResolvers<void>();
  ready.promise.catch(() => undefined);
  let lastId = 0;
  let stderr = "";

  const write = (head: unknown, body?: Buffer) => {
    if (child.stdin.writable) child.stdin.write(encodeFrame(head, body));
  };
  const onFrame = (frame: ServerFrame, body: Buffer) => {
    if (frame.type === "welcome") return ready.resolve();
    if (frame.type === "refused") return end();
    const call = waiting.get(frame.id);
    if (!call) return; // it was cancelled
    if (frame.type === "part") {
      if (frame.topic === undefined) call.size += body.length;
      if (call.size > MAX_RESPONSE)
        end(); // more than the program of the helper sends
      else call.onPart(frame.topic, body);
    } else if (frame.type === "end") call.settle({ result: frame.result });
    else call.settle(new CallFailed(frame.error));
  };
  const read = createFrameReader({ head: MAX_HEAD, body: MAX_PART }, ({ head, body }) =>
    onFrame(serverFrame.parse(head), body),
  );
  const end = () => child.kill("SIGKILL");

  child.stdout.on("data", (chunk: Buffer) => {
    try {
      read(chunk);
    } catch {
      end(); // nonsense: the user took it over
    }
  });
  child.stderr.on("data", (chunk: Buffer) => {
    stderr = (stderr + chunk.toString("utf8")).slice(0, MAX_STDERR);
  });
  child.stdin.on("error", () => undefined); // `close` follows
  child.on("error", () => ended.resolve());
  child.on("close", () => ended.resolve());
  void ended.promise.then(() => {
    for (const call of [...waiting.values()]) call.settle(gone());
  });

  const userChild: UserChild = {
    pid: child.pid ?? 0,
    get calls() {
      return waiting.size;
    },
    ended: ended.promise,
    end,
    call({ verb, input, body, onPart, signal }) {
      return new Promise((resolve, reject) => {
        if (signal.aborted || child.exitCode !== null || child.signalCode !== null) return reject(gone());
        const id = ++lastId;
        const cancel = () => {
          write({ type: "cancel", id });
          settle(gone());
        };
        const settle: Waiting["settle"] = (outcome) => {
          if (!waiting.delete(id)) return;
          signal.removeEventListener("abort", cancel);
          if (outcome instanceof CallFailed) reject(outcome);
          else resolve(outcome.result);
        };
        waiting.set(id, { size: 0, onPart, settle });
        signal.addEventListener("abort", cancel, { once: true });
        write({ type: "call", id, verb, input }, body);
      });
    },
  };
  const failure = () => new Error(`the process for a user ended at its start: ${stderr || "without a word"}`);
  return { child: userChild, ready: ready.promise, write, failure };
}
