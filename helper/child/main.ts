import process from "node:process";
import { z } from "zod";
import { createFrameReader, encodeFrame } from "../../shared/helper/frames.ts";
import {
  type CallError,
  HELPER_VERSION,
  MAX_HEAD,
  MAX_PART,
  MAX_REQUEST_BODY,
  MAX_RESPONSE,
  type Verb,
  verbs,
} from "../../shared/helper/protocol.ts";
import { Pm2Error } from "../../shared/pm2/pm2-rpc.ts";
import { DeadlineError } from "../../shared/server/async/breaker.ts";
import { UnavailableError } from "../../shared/server/dependency.ts";
import { toAppError } from "../../shared/server/errors.ts";
import { findPrivileges } from "../child-status.ts";
import { type ChildRequest, childInput, createVerbs } from "./verbs.ts";

/**
 * A process of one user: it runs the verbs that touch this user's files, sockets and processes. `setpriv` has dropped
 * everything before it starts; it looks once more before it does anything.
 */
const fromHelper = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("init"), uid: z.int(), gid: z.int(), key: z.string() }),
  z.strictObject({ type: z.literal("call"), id: z.int(), verb: z.string(), input: childInput }),
  z.strictObject({ type: z.literal("cancel"), id: z.int() }),
]);

/** Bytes that wait for the helper: a whole response, and some. */
const MAX_AHEAD = MAX_RESPONSE + 8 * 1024 * 1024;

const calls = new Map<number, AbortController>();
let run: ((request: ChildRequest) => Promise<unknown>) | undefined;

const write = (head: unknown, body?: Uint8Array) => void process.stdout.write(encodeFrame(head, body));

async function start(uid: number, gid: number, key: string): Promise<void> {
  const wrong = await findPrivileges("self", uid, gid);
  if (wrong) {
    process.stderr.write(`privileges were kept: ${wrong}\n`);
    process.exit(1);
  }
  run = createVerbs(Buffer.from(key, "base64"));
}
let started: Promise<void> | undefined;

async function handle(id: number, verb: string, context: z.infer<typeof childInput>, body: Buffer): Promise<void> {
  const stop = new AbortController();
  calls.set(id, stop);
  const send = (topic: string | undefined, bytes: Uint8Array) => {
    if (stop.signal.aborted) return;
    // The helper reads no faster than its client: the events end, and the client asks again.
    if (topic !== undefined && process.stdout.writableLength > MAX_AHEAD) return stop.abort();
    // A message is whole; a longer one is dropped.
    if (topic !== undefined && bytes.length > MAX_PART) return;
    for (let from = 0; from === 0 || from < bytes.length; from += MAX_PART) {
      write({ type: "part", id, topic }, bytes.subarray(from, from + MAX_PART));
    }
  };
  try {
    await started;
    if (!run || !Object.hasOwn(verbs, verb)) throw new Error("not ready");
    const result = await run({ verb: verb as Verb, context, body, send, signal: stop.signal });
    write({ type: "end", id, result });
  } catch (error) {
    write({ type: "error", id, error: toCallError(error) });
  } finally {
    calls.delete(id);
  }
}

function toCallError(error: unknown): CallError {
  const text = (words: string) => words.slice(0, 1000);
  if (error instanceof DeadlineError)
    return { kind: "late", code: "upstream_unavailable", message: "It took too long." };
  if (error instanceof Pm2Error) return { kind: "pm2", code: "conflict", message: text(error.message) };
  if (error instanceof UnavailableError) return { kind: error.state, code: error.code, message: text(error.message) };
  const { code, message } = toAppError(error);
  if (code === "internal") process.stderr.write(`${(error as Error)?.stack?.slice(0, 1000)}\n`);
  return { kind: "app", code, message: text(message) };
}

const read = createFrameReader({ head: MAX_HEAD, body: MAX_REQUEST_BODY }, ({ head, body }) => {
  const frame = fromHelper.parse(head);
  if (frame.type === "init") started = start(frame.uid, frame.gid, frame.key);
  else if (frame.type === "cancel") calls.get(frame.id)?.abort();
  else void handle(frame.id, frame.verb, frame.input, body);
});
process.stdin.on("data", (chunk: Buffer) => read(chunk));
// The helper ended.
process.stdin.on("end", () => process.exit(0));
write({ type: "welcome", version: HELPER_VERSION });
