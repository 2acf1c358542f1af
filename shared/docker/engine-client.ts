import type { IncomingMessage } from "node:http";
import { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { createBreaker, DeadlineError } from "../server/async/breaker.ts";
import { ConfigError } from "../server/config.ts";
import { UnavailableError } from "../server/dependency.ts";
import { AppError } from "../server/errors.ts";
import {
  type EngineAddress,
  EngineError,
  type EngineRequest,
  parseBody,
  readBody,
  sendRequest,
  sendUpgrade,
} from "./engine-request.ts";

export { EngineError, type EngineRequest } from "./engine-request.ts";

/** A call to a hung Engine fails within 5 s: a probe of 1 s, then a call of 3.8 s. */
const CALL_LIMIT_MS = 3_800;
const PROBE_LIMIT_MS = 1_000;
const PROBE_PAUSE_MS = 1_000;
/** Keep-alive detects a TCP connection that broke without a packet. */
const KEEP_ALIVE_MS = 15_000;

export interface EngineClient {
  /** Sends a request, reads the whole response and parses it (undefined if empty). Ends within `limitMs`. */
  call(request: EngineRequest, limitMs?: number): Promise<unknown>;
  /** Sends a request and returns the body as a stream. It starts within `limitMs` and ends when `signal` aborts. */
  open(request: EngineRequest, signal: AbortSignal, limitMs?: number): Promise<IncomingMessage>;
  /** Sends a request and returns its connection: writes go to the process, reads come from it. */
  hijack(request: EngineRequest, signal: AbortSignal): Promise<Duplex>;
}

/** @param dockerHost `unix:///path` or `tcp://host:port`. */
export function createEngineClient(dockerHost: string): EngineClient {
  const address = parseDockerHost(dockerHost);

  const within = async <T>(limitMs: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> => {
    const controller = new AbortController();
    const timer = setTimeout(() => controller.abort(), limitMs);
    try {
      return await work(controller.signal);
    } catch (error) {
      if (controller.signal.aborted) throw new DeadlineError();
      throw error;
    } finally {
      clearTimeout(timer);
    }
  };

  const exchange = (request: EngineRequest, limitMs: number) =>
    within(limitMs, async (signal) => parseBody(await readBody(await sendRequest(address, request, signal))));

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
  const guarded = async <T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> => {
    try {
      return await breaker.run(work);
    } catch (error) {
      if (signal?.aborted) throw signal.reason;
      if (error instanceof DeadlineError) throw hangs();
      if (error instanceof EngineError || error instanceof AppError) throw error;
      throw toUnavailable(error);
    }
  };

  return {
    call: (request, limitMs = CALL_LIMIT_MS) => guarded(() => exchange(request, limitMs)),
    open: (request, signal, limitMs = CALL_LIMIT_MS) =>
      guarded(
        () => within(limitMs, (limit) => opened((opening) => sendRequest(address, request, opening), limit, signal)),
        signal,
      ),
    hijack: (request, signal) => {
      const begin = (opening: AbortSignal) => sendUpgrade(address, request, opening);
      return guarded(() => within(CALL_LIMIT_MS, (limit) => opened(begin, limit, signal)), signal);
    },
  };
}

function parseDockerHost(dockerHost: string): EngineAddress {
  if (dockerHost.startsWith("unix://")) return { socketPath: dockerHost.slice("unix://".length) };
  const url = URL.canParse(dockerHost) ? new URL(dockerHost) : undefined;
  if (url && (url.protocol === "tcp:" || url.protocol === "http:") && url.hostname) {
    return { host: url.hostname.replace(/^\[|\]$/g, ""), port: url.port || "2375" };
  }
  throw new ConfigError("DOCKER_HOST must be unix:///path/of/docker.sock or tcp://host:port.");
}

function toUnavailable(error: unknown): UnavailableError {
  switch ((error as { code?: unknown } | null)?.code) {
    case "ENOENT":
      return new UnavailableError(
        "absent",
        "Docker is not installed on this host, or its Engine is not running.",
        error,
      );
    case "ECONNREFUSED":
      return new UnavailableError("down", "The Docker Engine is not running; start it.", error);
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
