import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import type { ContainerInspectInfo } from "dockerode";
import { containerRef } from "../protocol/identifier.ts";
import { AppError } from "../server/errors.ts";
import { UpstreamError } from "../server/upstream-error.ts";
import { createEngineClient, EngineError, type EngineRequest } from "./engine-client.ts";
import { notAnEngine } from "./engine-responses.ts";
import { maskEnvironment } from "./value-mask.ts";

/** Calls to the Engine's API. Its refusals become `AppError`. The parts of the Docker host are built on these. */
export interface EngineCalls {
  /** Returns the whole response, parsed; within 5 s, or `limitMs`. */
  call(request: EngineRequest, limitMs?: number): Promise<unknown>;
  /** Opens a streamed response. It must start within 3.8 s, or `limitMs`, and ends with `signal`. */
  open(request: EngineRequest, signal: AbortSignal, limitMs?: number): Promise<IncomingMessage>;
  hijack(request: EngineRequest, signal: AbortSignal): Promise<Duplex>;
  /** Returns a container by its exact name or full id, within 5 s, or `limitMs`. @throws AppError `not_found` */
  inspect(ref: string, limitMs?: number): Promise<ContainerInspectInfo>;
}

/**
 * The same calls for a job: nobody waits for one of them, and a busy Engine answers for a container only once it has started
 * or connected it.
 */
export const withLimit = (calls: EngineCalls, limitMs: number): EngineCalls => ({
  ...calls,
  call: (request, own = limitMs) => calls.call(request, own),
  open: (request, signal, own = limitMs) => calls.open(request, signal, own),
  inspect: (ref, own = limitMs) => calls.inspect(ref, own),
});

/**
 * @param dockerHost `unix:///path` or `tcp://host:port`; anything else is a `ConfigError`.
 * @param callLimitMs time limit of a call that gives none; default: 3,800
 */
export function createEngineCalls(dockerHost: string, callLimitMs?: number): EngineCalls {
  const engine = createEngineClient(dockerHost, callLimitMs);
  const call: EngineCalls["call"] = (request, limitMs) => engine.call(request, limitMs).catch(toRefusal);
  return {
    call,
    open: (request, signal, limitMs) => engine.open(request, signal, limitMs).catch(toRefusal),
    hijack: (request, signal) => engine.hijack(request, signal).catch(toRefusal),
    /** The Engine also accepts the prefix of an id. Here, only a full id or name matches. */
    async inspect(ref, limitMs) {
      const info = (await call({ method: "GET", path: containerPath(ref, "json") }, limitMs)) as ContainerInspectInfo;
      if (typeof info?.Id !== "string") throw notAnEngine();
      if (info.Id !== ref && info.Name !== `/${ref}`) throw noContainer();
      return info;
    },
  };
}

/** Returns the path of a container, or of a resource below it. @throws AppError `invalid_input` for an invalid name or id */
export function containerPath(ref: string, rest?: string): string {
  const parsed = containerRef.safeParse(ref);
  if (!parsed.success) throw new AppError("invalid_input", "Not a valid container name or id.");
  return ["/containers", encodeURIComponent(parsed.data), ...(rest ? [rest] : [])].join("/");
}

export const noContainer = (cause?: unknown) => new AppError("not_found", "There is no such container.", { cause });

/** Messages that Engines send with 500 or 403 although the request does not fit, and not the Engine is at fault. */
const requestErrors: readonly (readonly [RegExp, "conflict" | "invalid_input", string])[] = [
  [/ is not paused/i, "conflict", "The container is not paused."],
  [/same name as its current name/i, "conflict", "The container has this name already."],
  [/is not connected to (the )?network/i, "conflict", "The container is not connected to this network."],
  [/endpoint with name .* already exists/i, "conflict", "The container is connected to this network already."],
  [/failed to allocate gateway/i, "invalid_input", "The gateway must be a free address of the subnet."],
  [/invalid reference format/i, "invalid_input", "The Docker Engine does not accept this image reference."],
];

/** The error of a request that does not fit the state of the Engine, by the Engine's own message; undefined for others. */
export function toRequestError(engine: EngineError): AppError | undefined {
  const known = requestErrors.find(([pattern]) => pattern.test(engine.message));
  return known && new AppError(known[1], known[2], { cause: engine });
}

/** Maps the Engine's messages to errors of the panel. The original becomes the cause, for callers who may act. */
function toRefusal(error: unknown): never {
  if (!(error instanceof EngineError)) throw error;
  const { status, message } = error;
  const requestError = toRequestError(error);
  if (requestError) throw requestError;
  const refuse = (code: "conflict" | "not_supported" | "upstream_unavailable", text: string) =>
    new AppError(code, text, { cause: error });
  if (status === 404 && /no such container/i.test(message)) throw noContainer(error);
  // A proxy or web server: the Engine's own 404 names the missing resource.
  if (status === 404 && /^(not found|page not found|404.*)?$|<(!doctype|html)/i.test(message)) throw notAnEngine();
  if (status === 404 && /no such exec/i.test(message))
    throw new AppError("not_found", "There is no such shell.", { cause: error });
  if (/unable to find (user|group)|no matching entries in (passwd|group)/i.test(message)) {
    throw new AppError("invalid_input", "There is no such user in the container.", { cause: error });
  }
  if (status === 501 || /logging driver does not support reading/i.test(message)) {
    throw refuse("not_supported", "The log driver of this container keeps no logs that can be read.");
  }
  if (/port is already allocated|address already in use/i.test(message)) {
    throw refuse("conflict", "A port of this container is already in use on the host.");
  }
  if (
    /executable file not found|no such file or directory|permission denied|source path does not exist/i.test(message)
  ) {
    throw refuse("conflict", "The container cannot start: its command or a mounted path is missing or not permitted.");
  }
  if (/cannot remove a running container|stop the container before/i.test(message)) {
    throw refuse("conflict", "The container is running: stop it first, or force the removal.");
  }
  if (status === 409) throw refuse("conflict", "The current state of the container does not allow this.");
  if (status === 404) throw noContainer(error);
  throw refuse("upstream_unavailable", "The Docker Engine could not do this.");
}

/** Runs `work` and masks the values of the container's environment in the Engine's error messages. */
export async function hidingEnvironment<T>(environment: readonly string[] | null | undefined, work: () => Promise<T>) {
  try {
    return await work();
  } catch (error) {
    const cause = error instanceof AppError ? error.cause : error;
    if (cause instanceof UpstreamError) cause.hide(maskEnvironment(environment ?? []));
    throw error;
  }
}
