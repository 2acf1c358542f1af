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

/** Events of one call within a window, and their bytes. A daemon that restarts apps as fast as it can sends some hundred a second. */
const WINDOW_MS = 10_000;
const MAX_EVENTS = 20_000;
const MAX_EVENT_BYTES = 32 * 1024 * 1024;
/** Frames of calls that are over, in bytes: what was under way when they ended. */
const MAX_STRAY = 2 * MAX_RESPONSE;
/** For the reason of a failed start. Nothing waits for the pipes: a process that it started can keep them open. */
const LAST_WORDS_MS = 500;

/** Takes a part of a response, or an event. Resolves when there is room for more; undefined: there is. */
export type Part = (topic: string | undefined, body: Buffer) => Promise<void> | undefined;

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
    // The user may send it signals: this one would open a debugger to every user of the host.
    "--disable-sigusr1",
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
  // The sign: without it, an account or group whose name is this number would be meant.
  `--reuid=+${uid}`,
  `--regid=+${gid}`,
  hasAccount ? "--init-groups" : "--clear-groups",
  "--inh-caps=-all",
  "--ambient-caps=-all",
  `--bounding-set=-all${uid === 0 ? ",+sys_ptrace" : ""}`,
  "--no-new-privs",
  "--pdeathsig=KILL",
];

interface Waiting {
  part(topic: string | undefined, body: Buffer): Promise<void> | undefined;
  settle(result: { result?: unknown } | CallFailed): void;
}

function followChild(child: ChildProcessByStdio<Writable, Readable, Readable>) {
  const waiting = new Map<number, Waiting>();
  const ended = Promise.withResolvers<void>();
  const ready = Promise.withResolvers<void>();
  ready.promise.catch(() => undefined);
  let lastId = 0;
  let isReady = false;
  let strays = 0;
  let stderr = "";

  const write = (head: unknown, body?: Buffer) => {
    if (child.stdin.writable) child.stdin.write(encodeFrame(head, body));
  };
  const onFrame = (frame: ServerFrame, body: Buffer) => {
    if (frame.type === "welcome") {
      isReady = true;
      return ready.resolve();
    }
    if (frame.type === "refused") return end();
    const call = waiting.get(frame.id);
    if (!call) {
      strays += 1_024 + body.length;
      return strays > MAX_STRAY ? end() : undefined;
    }
    if (frame.type === "part") waitFor(call.part(frame.topic, body));
    else if (frame.type === "end") call.settle({ result: frame.result });
    else call.settle(new CallFailed(frame.error));
  };
  const read = createFrameReader({ head: MAX_HEAD, body: MAX_PART }, ({ head, body }) =>
    onFrame(serverFrame.parse(head), body),
  );
  /** Reads on when there is room: what is not read stays with the user's process. */
  let holds = 0;
  const waitFor = (room: Promise<void> | undefined) => {
    if (!room) return;
    if (holds++ === 0) child.stdout.pause();
    void room.then(() => {
      if (--holds === 0) child.stdout.resume();
    });
  };
  const end = () => {
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    try {
      process.kill(-child.pid, "SIGKILL"); // with what it started
    } catch {
      child.kill("SIGKILL");
    }
  };

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
  child.on("exit", () => setTimeout(ended.resolve, isReady ? 0 : LAST_WORDS_MS).unref());
  void ended.promise.then(() => {
    for (const pipe of [child.stdin, child.stdout, child.stderr]) pipe?.destroy();
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
          strays = 0;
          write({ type: "cancel", id });
          settle(gone());
        };
        const settle: Waiting["settle"] = (outcome) => {
          if (!waiting.delete(id)) return;
          signal.removeEventListener("abort", cancel);
          if (outcome instanceof CallFailed) reject(outcome);
          else resolve(outcome.result);
        };
        const part = boundedParts(verb, onPart);
        const take: Waiting["part"] = (topic, bytes) => {
          try {
            return part(topic, bytes);
          } catch (error) {
            const failed = error as CallFailed;
            // The daemon can be the cause of too many events; nothing else comes from a process that is still ours.
            settle(failed);
            if (failed.error.code === "overloaded") cancel();
            else end();
          }
        };
        waiting.set(id, { part: take, settle });
        signal.addEventListener("abort", cancel, { once: true });
        write({ type: "call", id, verb, input }, body);
      });
    },
  };
  const failure = () => new Error(`the process for a user ended at its start: ${stderr || "without a word"}`);
  return { child: userChild, ready: ready.promise, write, failure };
}

/** Passes on what a verb may answer: events of the bus only, everything else whole. @throws CallFailed for more than that */
function boundedParts(verb: string, onPart: Part): Part {
  const refuse = (code: "too_large" | "overloaded", message: string) => new CallFailed({ kind: "app", code, message });
  let bytes = 0;
  let events = 0;
  let since = performance.now();
  return (topic, body) => {
    const isEvent = topic !== undefined;
    if (isEvent !== (verb === "pm2.bus")) throw gone();
    if (isEvent && performance.now() - since > WINDOW_MS) {
      since = performance.now();
      bytes = 0;
      events = 0;
    }
    bytes += body.length;
    if (isEvent) events++;
    if (!isEvent && bytes > MAX_RESPONSE) throw refuse("too_large", "The answer is larger than 32 MiB.");
    if (events > MAX_EVENTS || (isEvent && bytes > MAX_EVENT_BYTES)) {
      throw refuse("overloaded", "PM2's daemon sends more events than are passed on.");
    }
    return onPart(topic, body);
  };
}
