import { connect, type Socket } from "node:net";
import pLimit, { type LimitFunction } from "p-limit";
import { Pm2Error } from "../pm2/pm2-rpc.ts";
import { DeadlineError } from "../server/async/breaker.ts";
import { singleFlight } from "../server/async/single-flight.ts";
import { withTimeout } from "../server/async/with-timeout.ts";
import { UnavailableError } from "../server/dependency.ts";
import { AppError } from "../server/errors.ts";
import { createFrameReader, encodeFrame } from "./frames.ts";
import {
  type CallError,
  HELPER_SOCKET,
  HELPER_VERSION,
  type HelperDaemon,
  listResult,
  MAX_CALLS,
  MAX_HEAD,
  MAX_PART,
  MAX_RESPONSE,
  type ServerFrame,
  serverFrame,
  type Verb,
  type VerbInput,
} from "./protocol.ts";

const CONNECT_LIMIT_MS = 5_000;
const CALL_LIMIT_MS = 30_000;
/** Calls for one user at once; more of them wait. The helper refuses more than 32 of all its clients. */
const MAX_OF_USER = 12;
const MAX_WAITING = 500;

export interface HelperResponse {
  result: unknown;
  body: Buffer;
}

export interface CallOptions {
  body?: Uint8Array;
  /** Longest wait; 30 s unless given. */
  limitMs?: number;
}

/**
 * The root helper, called over one connection that is made with the first call and made again when it broke.
 *
 * @throws each method: UnavailableError, `absent` without a helper, `down` if it does not answer or is of another release
 */
export interface HelperClient {
  /** Whether the helper answers now; what to do otherwise. */
  state(): Promise<{ state: "up" } | { state: "absent" | "down"; hint: string }>;
  isAvailable(): Promise<boolean>;
  /** PM2 daemons of all users, the panel's own included. */
  listDaemons(): Promise<HelperDaemon[]>;
  /** @throws AppError by the verb; Pm2Error, DeadlineError */
  call<V extends Verb>(verb: V, input: VerbInput<V>, options?: CallOptions): Promise<HelperResponse>;
  /** Follows messages until aborted, or until the other end breaks off. @throws as `call` */
  follow<V extends Verb>(
    verb: V,
    input: VerbInput<V>,
    onMessage: (topic: string, body: Buffer) => void,
    signal: AbortSignal,
  ): Promise<void>;
  close(): void;
}

interface Pending {
  parts: Buffer[];
  size: number;
  onMessage?: (topic: string, body: Buffer) => void;
  resolve(response: HelperResponse): void;
  reject(error: Error): void;
}

interface Connection {
  socket: Socket;
  pending: Map<number, Pending>;
}

export function createHelperClient({ socketPath = HELPER_SOCKET } = {}): HelperClient {
  let current: Connection | undefined;
  let lastId = 0;
  let isClosed = false;
  const limits = new Map<number, LimitFunction>();

  /** Runs a call when fewer than {@link MAX_OF_USER} run for its user. One that was given up meanwhile is not sent. */
  const inTurn = async (input: unknown, signal: AbortSignal, run: () => Promise<HelperResponse>) => {
    const uid = (input as { daemon?: { uid: number } }).daemon?.uid;
    if (uid === undefined) return run();
    const limit = limits.get(uid) ?? pLimit(MAX_OF_USER);
    if (limit.pendingCount >= MAX_WAITING) throw new AppError("overloaded", "The root helper is busy.");
    limits.set(uid, limit);
    try {
      return await limit(() => (signal.aborted ? nothing() : run()));
    } finally {
      if (limit.activeCount + limit.pendingCount === 0) limits.delete(uid);
    }
  };

  const open = singleFlight(async (): Promise<Connection> => {
    if (isClosed) throw broken();
    if (current && !current.socket.destroyed) return current;
    current = await withTimeout(openConnection(socketPath), CONNECT_LIMIT_MS, () => {
      throw new UnavailableError("down", "The root helper does not answer.");
    });
    if (isClosed) current.socket.destroy();
    return current;
  });

  const send = async (
    verb: Verb,
    input: unknown,
    { body, onMessage, signal }: { body?: Uint8Array; onMessage?: Pending["onMessage"]; signal?: AbortSignal },
  ): Promise<HelperResponse> => {
    const { socket, pending } = await open();
    if (pending.size >= MAX_CALLS) throw new AppError("overloaded", "The root helper is busy.");
    const id = ++lastId;
    const cancel = () => {
      if (pending.delete(id)) socket.write(encodeFrame({ type: "cancel", id }));
    };
    return new Promise<HelperResponse>((resolve, reject) => {
      const stop = () => {
        cancel();
        resolve(nothing());
      };
      const settle =
        <T>(next: (value: T) => void) =>
        (value: T) => {
          signal?.removeEventListener("abort", stop);
          next(value);
        };
      if (signal?.aborted) return stop();
      signal?.addEventListener("abort", stop, { once: true });
      pending.set(id, { parts: [], size: 0, onMessage, resolve: settle(resolve), reject: settle(reject) });
      socket.write(encodeFrame({ type: "call", id, verb, input }, body));
    });
  };

  const client: HelperClient = {
    async call(verb, input, { body, limitMs = CALL_LIMIT_MS } = {}) {
      const stop = new AbortController();
      const answer = inTurn(input, stop.signal, () => send(verb, input, { body, signal: stop.signal }));
      return withTimeout(answer, limitMs, () => {
        stop.abort();
        throw new DeadlineError();
      });
    },
    async follow(verb, input, onMessage, signal) {
      await send(verb, input, { onMessage, signal });
    },
    async listDaemons() {
      const { body } = await client.call("daemons.list", {});
      return listResult.parse(JSON.parse(body.toString("utf8"))).daemons;
    },
    async state() {
      try {
        await open();
        return { state: "up" };
      } catch (error) {
        if (error instanceof UnavailableError) return { state: error.state, hint: error.message };
        throw error;
      }
    },
    isAvailable: async () => (await client.state()).state === "up",
    close() {
      isClosed = true;
      current?.socket.destroy();
    },
  };
  return client;
}

const nothing = (): HelperResponse => ({ result: undefined, body: Buffer.alloc(0) });
const broken = () => new UnavailableError("down", "The connection to the root helper broke.");

function openConnection(socketPath: string): Promise<Connection> {
  return new Promise((resolve, reject) => {
    const socket = connect(socketPath);
    const pending: Connection["pending"] = new Map();
    const fail = (error: Error) => {
      reject(error);
      for (const call of pending.values()) call.reject(error);
      pending.clear();
      socket.destroy();
    };
    const read = createFrameReader({ head: MAX_HEAD, body: MAX_PART }, ({ head, body }) => {
      const frame = serverFrame.parse(head);
      if (frame.type === "welcome") return resolve({ socket, pending });
      if (frame.type === "refused") {
        return fail(
          new UnavailableError("down", "The root helper is of another release; restart it: ai-desktop helper on"),
        );
      }
      take(pending, frame, body);
    });
    // It does not keep a process alive.
    socket.unref();
    socket.on("connect", () => socket.write(encodeFrame({ type: "hello", version: HELPER_VERSION })));
    socket.on("data", (chunk: Buffer) => {
      try {
        read(chunk);
      } catch {
        fail(new UnavailableError("down", "What answers in place of the root helper is not it."));
      }
    });
    socket.on("error", (error) => fail(toUnavailable(error)));
    socket.on("close", () => fail(broken()));
  });
}

function take(pending: Connection["pending"], frame: Extract<ServerFrame, { id: number }>, body: Buffer): void {
  const call = pending.get(frame.id);
  if (!call) return; // it was cancelled
  if (frame.type === "part") {
    if (frame.topic !== undefined) call.onMessage?.(frame.topic, body);
    else addPart(call, body);
    return;
  }
  pending.delete(frame.id);
  if (frame.type === "error") call.reject(toError(frame.error));
  else if (call.size > MAX_RESPONSE) call.reject(new AppError("too_large", "The answer is larger than 32 MiB."));
  else call.resolve({ result: frame.result, body: Buffer.concat(call.parts) });
}

function addPart(call: Pending, body: Buffer): void {
  call.size += body.length;
  // A copy: the chunk it lies in is larger.
  if (call.size <= MAX_RESPONSE) call.parts.push(Buffer.from(body));
}

function toError({ kind, code, message }: CallError): Error {
  if (kind === "late") return new DeadlineError();
  if (kind === "pm2") return new Pm2Error(message);
  return kind === "app" ? new AppError(code, message) : new UnavailableError(kind, message);
}

function toUnavailable(error: unknown): UnavailableError {
  const { code } = error as NodeJS.ErrnoException;
  if (code === "ENOENT") {
    return new UnavailableError(
      "absent",
      "The root helper is off. To turn it on, as root: ai-desktop helper on",
      error,
    );
  }
  if (code === "EACCES" || code === "EPERM") {
    return new UnavailableError(
      "down",
      "This user may not speak to the root helper: it serves the panel's own.",
      error,
    );
  }
  return new UnavailableError("down", "The root helper does not answer.", error);
}
