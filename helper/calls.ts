import { z } from "zod";
import {
  type CallError,
  daemonRef,
  type HelperDaemon,
  MAX_PART,
  pm2Methods,
  ROTATE_LIMIT_MS,
  type Verb,
  verbs,
} from "../shared/helper/protocol.ts";
import { TimeoutError, withTimeout } from "../shared/server/async/with-timeout.ts";
import { AppError, toAppError } from "../shared/server/errors.ts";
import type { Accounts } from "./accounts.ts";
import { type CallLog, complain } from "./call-log.ts";
import type { Children } from "./children.ts";
import type { Daemons, FoundDaemon } from "./daemons.ts";
import type { Policy } from "./policy.ts";
import { CallFailed, type Part } from "./user-child.ts";

/** Longest wait for a verb, beyond the limit that a call of PM2 names. A process that needs longer is ended. */
const LIMIT_MS = 20_000;
const MAX_ARGUMENT = 1024 * 1024;

export interface CallDeps {
  accounts: Accounts;
  policy: Policy;
  daemons: Daemons;
  children: Children;
  log: CallLog;
}

export interface Call {
  verb: string;
  input: unknown;
  body: Buffer;
  onPart: Part;
  signal: AbortSignal;
}

/** Answers one call: checks its form, that such a daemon runs, and the right; then lets a process of the user do it. */
export type Answer = (call: Call) => Promise<{ result?: unknown } | { error: CallError }>;

const withDaemon = z.looseObject({ daemon: daemonRef });

export function createCalls({ accounts, policy, daemons, children, log }: CallDeps): Answer {
  const list = async (): Promise<HelperDaemon[]> =>
    Promise.all(
      (await daemons.list()).map(async (daemon) => {
        const { uid, home, pid, version } = daemon;
        const [account, right] = await Promise.all([accounts.find(uid), policy.rightOf(daemon)]);
        const { canWrite, hint } = right;
        return { uid, user: account?.name ?? null, home, pid, version, canWrite, readOnlyHint: hint };
      }),
    );

  const asUser = async (verb: Exclude<Verb, "daemons.list">, input: unknown, call: Call, daemon: FoundDaemon) => {
    const isWrite = kindOf(verb, input) === "write";
    const { canWrite, hint } = await policy.rightOf(daemon, { fresh: isWrite });
    if (isWrite && !canWrite) throw new AppError("forbidden", hint ?? "Read-only.");
    if (isWrite) log.requireWritable();
    const context = { input, daemonPid: daemon.pid, hideValues: !canWrite };
    const { body, onPart } = call;
    // A rotation that was started goes on without its client: its process is kept until the end.
    const signal = verb === "file.rotate" ? new AbortController().signal : call.signal;
    return children.use(daemon.uid, async (child) => {
      const answer = child.call({ verb, input: context, body, onPart, signal });
      if (verb === "pm2.bus") return answer;
      const own = verb === "file.rotate" ? ROTATE_LIMIT_MS : ((input as { limitMs?: number }).limitMs ?? 0);
      return withTimeout(answer, own + LIMIT_MS).catch((error: unknown) => {
        // It is stopped or busy, and so is everything else that waits for it.
        if (error instanceof TimeoutError) children.end(daemon.uid);
        throw error;
      });
    });
  };

  return async (call) => {
    const entry: { verb: string; user?: string; target?: string } = { verb: call.verb.slice(0, 64) };
    let isRead = true;
    try {
      const verb = requireVerb(call.verb);
      const input: unknown = verbs[verb].input.parse(call.input);
      if (verb === "daemons.list") {
        sendJson(call.onPart, { daemons: await list() });
        log.add({ ...entry, outcome: "ok" }, { repeats: true });
        return {};
      }
      isRead = kindOf(verb, input) === "read";
      entry.verb = nameOf(verb, input);
      checkBody(verb, input, call.body);
      const { daemon: ref } = withDaemon.parse(input);
      entry.user = (await accounts.find(ref.uid))?.name ?? String(ref.uid);
      entry.target = targetOf(input);
      const result = await asUser(verb, input, call, await daemons.find(ref));
      log.add({ ...entry, outcome: "ok" }, { repeats: isRead });
      return { result };
    } catch (error) {
      const failed = toCallError(error);
      log.add({ ...entry, outcome: failed.code }, { repeats: isRead });
      return { error: failed };
    }
  };
}

function requireVerb(verb: string): Verb {
  if (!Object.hasOwn(verbs, verb)) throw new AppError("invalid_input", "The helper has no such verb.");
  return verb as Verb;
}

function kindOf(verb: Exclude<Verb, "daemons.list">, input: unknown): "read" | "write" {
  const { kind } = verbs[verb];
  return kind === "method" ? pm2Methods[(input as { method: keyof typeof pm2Methods }).method].kind : kind;
}

const nameOf = (verb: Verb, input: unknown): string =>
  verb === "pm2.call" ? `${verb} ${(input as { method: string }).method}` : verb;

function targetOf(input: unknown): string {
  const { daemon, path, pid, signal } = input as {
    daemon: { home: string };
    path?: string;
    pid?: number;
    signal?: string;
  };
  return [daemon.home, path, pid, signal].filter((part) => part !== undefined).join(" ");
}

/** The argument of a call of PM2 has the form of its method; only a list that is saved has another body. */
function checkBody(verb: Verb, input: unknown, body: Buffer): void {
  if (verb === "saved.write") return;
  if (verb !== "pm2.call") {
    if (body.length > 0) throw new AppError("invalid_input", "This verb takes no body.");
    return;
  }
  if (body.length > MAX_ARGUMENT) throw new AppError("too_large", "The argument is larger than 1 MiB.");
  const { method } = input as { method: keyof typeof pm2Methods };
  let argument: unknown;
  try {
    argument = JSON.parse(body.toString("utf8"));
  } catch (error) {
    throw new AppError("invalid_input", "The argument is no JSON.", { cause: error });
  }
  pm2Methods[method].argument.parse(argument);
}

function sendJson(onPart: Part, value: unknown): void {
  const bytes = Buffer.from(JSON.stringify(value));
  for (let from = 0; from < bytes.length; from += MAX_PART) onPart(undefined, bytes.subarray(from, from + MAX_PART));
}

function toCallError(error: unknown): CallError {
  if (error instanceof CallFailed) return error.error;
  if (error instanceof TimeoutError) {
    return {
      kind: "late",
      code: "upstream_unavailable",
      message: "The helper's process for this user did not answer.",
    };
  }
  const { code, message } = toAppError(error);
  if (code === "internal") complain(`${(error as Error)?.stack?.slice(0, 2000)}`);
  return { kind: "app", code, message: message.slice(0, 1000) };
}
