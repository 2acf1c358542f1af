import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import type { ContainerInspectInfo } from "dockerode";
import { containerRef } from "../protocol/identifier.ts";
import { AppError } from "../server/errors.ts";
import { UpstreamError } from "../server/upstream-error.ts";
import { createEngineClient, EngineError, type EngineRequest } from "./engine-client.ts";
import { notAnEngine } from "./engine-responses.ts";
import { maskEnvironment } from "./value-mask.ts";

/** The Engine's interface with its refusals turned into `AppError`: what the parts of the Docker host are made of. */
export interface EngineCalls {
  /** The whole answer, parsed; within 5 s unless `limitMs` says otherwise. */
  call(request: EngineRequest, limitMs?: number): Promise<unknown>;
  /** The answer has to begin within 3.8 s unless `limitMs` says otherwise; it ends with `signal`. */
  open(request: EngineRequest, signal: AbortSignal, limitMs?: number): Promise<IncomingMessage>;
  hijack(request: EngineRequest, signal: AbortSignal): Promise<Duplex>;
  /** A container by its exact name or full id; `not_found` otherwise. */
  inspect(ref: string): Promise<ContainerInspectInfo>;
}

/** @param dockerHost `unix:///path` or `tcp://host:port`; anything else is a `ConfigError`. */
export function createEngineCalls(dockerHost: string): EngineCalls {
  const engine = createEngineClient(dockerHost);
  const call: EngineCalls["call"] = (request, limitMs) => engine.call(request, limitMs).catch(toRefusal);
  return {
    call,
    open: (request, signal, limitMs) => engine.open(request, signal, limitMs).catch(toRefusal),
    hijack: (request, signal) => engine.hijack(request, signal).catch(toRefusal),
    /** The Engine also takes the beginning of an id for the whole: here a name or id means itself only. */
    async inspect(ref) {
      const info = (await call({ method: "GET", path: containerPath(ref, "json") })) as ContainerInspectInfo;
      if (typeof info?.Id !== "string") throw notAnEngine();
      if (info.Id !== ref && info.Name !== `/${ref}`) throw noContainer();
      return info;
    },
  };
}

/** Path of a container, and of what lies below it. Throws `invalid_input` for what is no name or id. */
export function containerPath(ref: string, rest?: string): string {
  const parsed = containerRef.safeParse(ref);
  if (!parsed.success) throw new AppError("invalid_input", "This is not the name or id of a container.");
  return ["/containers", encodeURIComponent(parsed.data), ...(rest ? [rest] : [])].join("/");
}

export const noContainer = (cause?: unknown) => new AppError("not_found", "There is no such container.", { cause });

/** Sorts the Engine's own messages into sentences of ours; as the cause they travel on, for those who may act. */
function toRefusal(error: unknown): never {
  if (!(error instanceof EngineError)) throw error;
  const { status, message } = error;
  const refuse = (code: "conflict" | "not_supported" | "upstream_unavailable", text: string) =>
    new AppError(code, text, { cause: error });
  if (status === 404 && /no such container/i.test(message)) throw noContainer(error);
  // A proxy, or a web server: the Engine names what it does not have.
  if (status === 404 && /^(not found|page not found|404.*)?$|<(!doctype|html)/i.test(message)) throw notAnEngine();
  if (status === 404 && /no such exec/i.test(message))
    throw new AppError("not_found", "There is no such shell.", { cause: error });
  if (/unable to find (user|group)|no matching entries in (passwd|group)/i.test(message)) {
    throw new AppError("invalid_input", "There is no such user in the container.", { cause: error });
  }
  if (status === 501 || /logging driver does not support reading/i.test(message)) {
    throw refuse("not_supported", "The log driver of this container keeps nothing that can be read.");
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
  if (status === 409) throw refuse("conflict", "The state of the container does not allow this now.");
  if (status === 404) throw noContainer(error);
  throw refuse("upstream_unavailable", "The Docker Engine could not do this.");
}

/** Does something to a container whose environment is known: its values are taken out of what the Engine says of it. */
export async function hidingEnvironment<T>(environment: readonly string[] | null | undefined, work: () => Promise<T>) {
  try {
    return await work();
  } catch (error) {
    const cause = error instanceof AppError ? error.cause : error;
    if (cause instanceof UpstreamError) cause.hide(maskEnvironment(environment ?? []));
    throw error;
  }
}
