import { Agent, type IncomingMessage } from "node:http";
import { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { inspect } from "node:util";
import { maskText } from "../logs/masking.ts";
import { createBreaker, DeadlineError } from "../server/async/breaker.ts";
import { setDeadline } from "../server/async/deadline.ts";
import { ConfigError } from "../server/config.ts";
import { UnavailableError } from "../server/dependency.ts";
import { AppError } from "../server/errors.ts";
import { UpstreamError } from "../server/upstream-error.ts";
import { Docker } from "./dockerode.ts";

/** A call to a hung Engine fails within 5 s: a probe of 1 s, then a call of 3.8 s. */
const CALL_LIMIT_MS = 3_800;
const PROBE_LIMIT_MS = 1_000;
const PROBE_PAUSE_MS = 1_000;
/** Largest response, in bytes; the list of a few thousand containers takes some megabytes. */
const MAX_RESPONSE_BYTES = 64 * 1024 * 1024;
/** Keep-alive detects a TCP connection that broke without a packet. */
const KEEP_ALIVE_MS = 15_000;

type Query = Record<string, string | number | boolean | undefined>;

export interface EngineRequest {
  method: "GET" | "POST" | "DELETE";
  /** Starts with a slash. The caller encodes the variable parts. */
  path: string;
  query?: Query;
  /** Sent as JSON. */
  body?: object;
  /** Registry credentials in the Engine's format: base64 of JSON. */
  registryAuth?: string;
}

/** The Engine refused a request with this HTTP status. All other failures are `UnavailableError`. */
export class EngineError extends UpstreamError {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
    this.hide(maskText);
  }
}

export interface EngineClient {
  /** Sends a request, reads the whole response and parses it (undefined if empty). Ends within `limitMs`. */
  call(request: EngineRequest, limitMs?: number): Promise<unknown>;
  /** Sends a request and returns the body as a stream. It starts within `limitMs` and ends when `signal` aborts. */
  open(request: EngineRequest, signal: AbortSignal, limitMs?: number): Promise<IncomingMessage>;
  /** Sends a request and returns its connection: writes go to the process, reads come from it. */
  hijack(request: EngineRequest, signal: AbortSignal): Promise<Duplex>;
}

/**
 * An agent with a short inspect output. The modem formats the options of every request for its debug log even if that is
 * off, and would walk all open streams through the agent: with twenty followed logs, one call took seconds of CPU time.
 */
class BriefAgent extends Agent {
  [inspect.custom](): string {
    return "Agent {}";
  }
}

/**
 * @param dockerHost `unix:///path` or `tcp://host:port`.
 * @param callLimitMs time limit of a call that gives none
 */
export function createEngineClient(dockerHost: string, callLimitMs = CALL_LIMIT_MS): EngineClient {
  const { modem } = new Docker(parseDockerHost(dockerHost));

  const dial = <T>(
    { method, path, query = {}, body, registryAuth }: EngineRequest,
    signal: AbortSignal,
    takeOver: { hijack?: true; openStdin?: true } = {},
  ) =>
    new Promise<T>((resolve, reject) => {
      const set = Object.entries(query).filter(([, value]) => value !== undefined);
      const hasOptions = set.length > 0 || body !== undefined;
      modem.dial(
        {
          method,
          // The modem removes the last character of the path as the `?` of a query.
          path: hasOptions ? `${path}?` : path,
          options: hasOptions ? { _query: Object.fromEntries(set), _body: body ?? {} } : undefined,
          isStream: true,
          statusCodes: { 101: true, 200: true, 201: true, 204: true, 304: true },
          abortSignal: signal,
          authconfig: registryAuth === undefined ? undefined : { base64: registryAuth },
          ...takeOver,
        },
        (error, response) => {
          if (error) reject(toEngineError(error));
          else resolve(response as T);
        },
      );
    });
  const send = (request: EngineRequest, signal: AbortSignal) => dial<IncomingMessage>(request, signal);

  const within = async <T>(limitMs: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> => {
    const controller = new AbortController();
    const end = setDeadline(() => controller.abort(), limitMs);
    try {
      return await work(controller.signal);
    } catch (error) {
      if (controller.signal.aborted) throw new DeadlineError();
      throw error;
    } finally {
      end();
    }
  };

  const exchange = (request: EngineRequest, limitMs: number) =>
    within(limitMs, async (signal) => parseAnswer(await readAll(await send(request, signal))));

  /** After an abort, the stream emits `close` without `error`; a broken stream emits `error`. */
  const opened = async <T extends IncomingMessage | Duplex>(
    begin: (signal: AbortSignal) => Promise<T>,
    limit: AbortSignal,
    signal: AbortSignal,
  ) => {
    signal.throwIfAborted();
    const opening = new AbortController();
    const cancel = () => opening.abort();
    signal.addEventListener("abort", cancel);
    limit.addEventListener("abort", cancel);
    try {
      const stream = await begin(opening.signal);
      const end = () => void stream.destroy();
      signal.addEventListener("abort", end);
      stream.once("close", () => signal.removeEventListener("abort", end));
      const socket = "socket" in stream ? stream.socket : stream;
      if (socket instanceof Socket) socket.setKeepAlive(true, KEEP_ALIVE_MS);
      return stream;
    } finally {
      signal.removeEventListener("abort", cancel);
      limit.removeEventListener("abort", cancel);
    }
  };

  const hangs = () => new UnavailableError("down", "The Docker Engine does not respond; restart it if this continues.");
  const breaker = createBreaker({
    probe: () =>
      // Any response, a refusal or even a missing socket means that calls do not hang.
      exchange({ method: "GET", path: "/_ping" }, PROBE_LIMIT_MS).catch((error: unknown) => {
        if (error instanceof DeadlineError) throw error;
      }),
    pauseMs: PROBE_PAUSE_MS,
    refusal: hangs,
  });
  /** An Engine that ends removes its socket: once it has responded, a missing socket means that it is stopped. */
  let hasResponded = false;
  const guarded = async <T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> => {
    try {
      const result = await breaker.run(work);
      hasResponded = true;
      return result;
    } catch (error) {
      if (signal?.aborted) throw signal.reason;
      if (error instanceof DeadlineError) throw hangs();
      if (error instanceof EngineError || error instanceof AppError) throw error;
      throw toUnavailable(error, hasResponded);
    }
  };

  return {
    call: (request, limitMs = callLimitMs) => guarded(() => exchange(request, limitMs)),
    open: (request, signal, limitMs = callLimitMs) =>
      guarded(() => within(limitMs, (limit) => opened((opening) => send(request, opening), limit, signal)), signal),
    hijack: (request, signal) => {
      const begin = (opening: AbortSignal) => dial<Duplex>(request, opening, { hijack: true, openStdin: true });
      return guarded(() => within(callLimitMs, (limit) => opened(begin, limit, signal)), signal);
    },
  };
}

/** Sets every field, so that dockerode reads none of them from the environment. */
function parseDockerHost(dockerHost: string) {
  const none = {
    socketPath: undefined,
    host: undefined,
    port: undefined,
    protocol: "http" as const,
    version: "",
    // With a pooled connection, the first call after a restart of the Engine would fail.
    agent: new BriefAgent({ keepAlive: false }),
  };
  if (dockerHost.startsWith("unix://")) return { ...none, socketPath: dockerHost.slice("unix://".length) };
  const url = URL.canParse(dockerHost) ? new URL(dockerHost) : undefined;
  if (url && (url.protocol === "tcp:" || url.protocol === "http:") && url.hostname) {
    return { ...none, host: url.hostname.replace(/^\[|\]$/g, ""), port: url.port || "2375" };
  }
  throw new ConfigError("DOCKER_HOST must be unix:///path/of/docker.sock or tcp://host:port.");
}

async function readAll(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_RESPONSE_BYTES)
      throw new UnavailableError("down", "The response of the Docker Engine is too large.");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function parseAnswer(body: Buffer): unknown {
  if (body.length === 0) return undefined;
  const text = body.toString("utf8");
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function toEngineError(error: Error & { statusCode?: number }): Error {
  if (error.statusCode === undefined) return error;
  // The modem adds the prefix "(HTTP code 500) unexpected - " to the Engine's message.
  return new EngineError(error.statusCode, error.message.replace(/^\(HTTP code \d+\) .*? - /, "").trim());
}

const stopped = (error: unknown) => new UnavailableError("down", "The Docker Engine is not running; start it.", error);

function toUnavailable(error: unknown, hasResponded: boolean): UnavailableError {
  switch ((error as { code?: unknown } | null)?.code) {
    case "ENOENT":
      if (hasResponded) return stopped(error);
      return new UnavailableError(
        "absent",
        "Docker is not installed on this host, or its Engine is not running.",
        error,
      );
    case "ECONNREFUSED":
      return stopped(error);
    case "EACCES":
    case "EPERM":
      return new UnavailableError(
        "down",
        "The panel's user may not use the Docker socket; add it to the docker group.",
        error,
      );
    default:
      return new UnavailableError("down", "The connection to the Docker Engine broke.", error);
  }
}
