import { randomUUID } from "node:crypto";
import { maskText } from "../../../shared/logs/masking.ts";
import { AppError } from "../../../shared/server/errors.ts";
import { OF_PROGRAM, type ServerRequest } from "../connection/raw.ts";
import type { McpUpstream } from "../host/host.ts";
import { isObject, type Json } from "../json.ts";
import { createAbandoned } from "./abandoned.ts";
import { type CallRegister, StoppedError } from "./calls.ts";
import { createDeadline, type Deadline } from "./deadline.ts";
import { errorCodes, RpcError } from "./json-rpc.ts";
import { messages } from "./messages.ts";
import type { Exchange, Session } from "./session.ts";

/** Rounds in which a server of revision 2026-07-28 asks for input before it answers. */
const MAX_ROUNDS = 10;
/** Requests of one key that run at once at one server, which takes 256: other keys still reach it. */
const MAX_OF_KEY = 128;
/** Longest request with all waits for people, in milliseconds: far above the limits of the gateway. */
const LONGEST_MS = 2 * 60 * 60_000;

/** The end of a request that took too long. */
class TimedOutError extends RpcError {}

export interface PassedRequest {
  serverId: string;
  method: string;
  params: Json;
  /** Tool, prompt or resource, for the history; undefined for a request that is no call. */
  target?: string;
}

export interface PassThroughDeps {
  connection(serverId: string): McpUpstream;
  calls: Pick<CallRegister, "start">;
  timeoutSeconds(serverId: string): number;
  /** Counts a call. @throws AppError `rate_limited` */
  take(keyId: string, serverId: string): Promise<void>;
}

/** One request that runs at a server. */
interface Passing {
  session: Session;
  exchange: Exchange;
  abort: AbortController;
  deadline: Deadline;
}

/** Sends requests of clients to servers, and what servers ask meanwhile to the client whose call it is. */
export interface PassThrough {
  /** @throws RpcError as the server answered, or with the reason why it did not */
  send(
    session: Session,
    started: { exchange: Exchange; abort: AbortController },
    request: PassedRequest,
  ): Promise<Json>;
  /** Takes progress of a running request. False when no request has its token. */
  progress(params: Json | undefined): boolean;
  /** Serves a request of a server; undefined when no call of a client runs there. */
  serve(serverId: string, request: ServerRequest): Promise<Json> | undefined;
  /** Ends what runs at a server, with the reason. */
  stop(serverId: string, why: RpcError): void;
  /** Whether a request runs at a server, or may still do so. */
  isPassing(serverId: string): boolean;
  /** A server that was started again: no earlier call goes on there. */
  restarted(serverId: string): void;
  /** The only client with a running call at a server; undefined when there is none or it is not certain which. */
  clientOf(serverId: string): Pick<Passing, "session" | "exchange"> | undefined;
}

export function createPassThrough(deps: PassThroughDeps): PassThrough {
  const byServer = new Map<string, Set<Passing>>();
  const abandoned = createAbandoned();
  /**
   * Listeners for progress by the token that the server knows. The client of the library has listeners too, but removes one
   * before it has heard what came together with the response.
   */
  const listeners = new Map<string, (progress: Json) => void>();

  const track = (serverId: string, passing: Passing) => {
    const here = byServer.get(serverId) ?? new Set();
    byServer.set(serverId, here.add(passing));
    return () => {
      here.delete(passing);
      if (here.size === 0) byServer.delete(serverId);
    };
  };
  const clientOf = (serverId: string): Passing | undefined => {
    const here = [...(byServer.get(serverId) ?? [])];
    const latest = here.at(-1);
    if (!latest || abandoned.byOther(serverId, latest.session.id)) return undefined;
    return here.every(({ session }) => session === latest.session) ? latest : undefined;
  };
  const ask = ({ session, exchange, deadline }: Passing, { method, params, signal }: ServerRequest) =>
    deadline.pause(() => session.ask(method, params, exchange, signal));

  /** Asks the client for what a server needs before it answers. */
  const fulfil = async (passing: Passing, result: Json): Promise<Json> => {
    const { signal } = passing.exchange;
    const responses: Json = {};
    const requests = isObject(result.inputRequests) ? Object.entries(result.inputRequests).slice(0, 16) : [];
    for (const [key, request] of requests) {
      const { method, params } = isObject(request) ? request : {};
      if (typeof method !== "string") throw new RpcError(errorCodes.refused, messages.oddQuestion);
      responses[key] = await ask(passing, { method, params: isObject(params) ? params : undefined, signal });
    }
    const state = result.requestState === undefined ? {} : { requestState: result.requestState };
    return { inputResponses: responses, ...state };
  };

  const run = async (passing: Passing, { serverId, method, params }: PassedRequest): Promise<Json> => {
    const { exchange } = passing;
    const { progressToken, ...meta }: Json = isObject(params._meta) ? params._meta : {};
    const { _meta: _, ...plain } = params;
    const token = `gateway-${randomUUID()}`;
    if (progressToken !== undefined) {
      meta.progressToken = token;
      listeners.set(token, (progress) => {
        const params = { ...progress, progressToken };
        exchange.send({ jsonrpc: "2.0", method: "notifications/progress", params });
      });
    }
    const sent = { ...plain, ...(Object.keys(meta).length > 0 ? { _meta: meta } : {}), [OF_PROGRAM]: true };
    const connection = deps.connection(serverId);
    const options = { limitMs: LONGEST_MS, signal: exchange.signal };
    try {
      let result = await connection.request(method, sent, options);
      for (let round = 0; result.resultType === "input_required"; round++) {
        if (round === MAX_ROUNDS) throw new RpcError(errorCodes.refused, "The server asked too often for input.");
        result = await connection.request(method, { ...sent, ...(await fulfil(passing, result)) }, options);
      }
      return result;
    } finally {
      listeners.delete(token);
    }
  };

  return {
    clientOf,
    stop(serverId, why) {
      for (const { abort } of [...(byServer.get(serverId) ?? [])]) abort.abort(why);
    },
    restarted: abandoned.forget,
    isPassing: (serverId) => byServer.has(serverId) || abandoned.any(serverId),
    progress(params) {
      const token = params?.progressToken;
      const listener = typeof token === "string" ? listeners.get(token) : undefined;
      if (listener && params) listener(params);
      return listener !== undefined;
    },
    async send(session, { exchange, abort }, request) {
      const { serverId, method, params, target } = request;
      const { keyId, keyName } = session.owner;
      if (target !== undefined) await deps.take(keyId, serverId);
      const ofKey = [...(byServer.get(serverId) ?? [])].filter((one) => one.session.owner.keyId === keyId);
      if (ofKey.length >= MAX_OF_KEY) throw new RpcError(errorCodes.refused, messages.busyServer);
      const requestBytes = sizeOf(params);
      const seconds = deps.timeoutSeconds(serverId);
      const deadline = createDeadline(seconds * 1_000, () =>
        abort.abort(new TimedOutError(errorCodes.timedOut, messages.timedOut(seconds))),
      );
      const serverName = deps.connection(serverId).name;
      const call =
        target === undefined
          ? undefined
          : deps.calls.start(
              {
                keyId,
                keyName,
                client: session.client,
                serverId,
                serverName,
                method,
                target: maskText(target),
                requestBytes,
              },
              abort,
            );
      const passing = { session, exchange, abort, deadline };
      const untrack = track(serverId, passing);
      try {
        const result = await run(passing, request);
        call?.end(result.isError === true ? "failed" : "done", sizeOf(result));
        return result;
      } catch (error) {
        const failure = exchange.signal.aborted ? exchange.signal.reason : error;
        if (failure instanceof TimedOutError) call?.end("timed-out", 0);
        else if (failure instanceof StoppedError) call?.end("stopped", 0);
        else call?.end(exchange.signal.aborted ? "cancelled" : "failed", 0);
        if (exchange.signal.aborted) abandoned.add(serverId, session.id);
        throw toRpcError(failure);
      } finally {
        deadline.end();
        untrack();
      }
    },
    serve(serverId, request) {
      if (request.method === "roots/list" || request.method === "ping") return undefined;
      if (!byServer.has(serverId) && !abandoned.any(serverId)) return undefined;
      const client = clientOf(serverId);
      // The panel's own calls run over the same connection.
      const isCertain = client && deps.connection(serverId).raw()?.panelCalls === 0;
      if (!isCertain) return Promise.reject(new RpcError(errorCodes.refused, messages.notAttributable));
      return ask(client, request);
    },
  };
}

/** The error as the server sent it, or one that says why there is none of it. */
function toRpcError(error: unknown): RpcError {
  if (error instanceof RpcError) return error;
  if (error instanceof AppError) return new RpcError(errorCodes.refused, error.message);
  const { code, message, data } = (error ?? {}) as { code?: unknown; message?: unknown; data?: unknown };
  if (Number.isSafeInteger(code)) return new RpcError(Number(code), String(message).slice(0, 2_000), data);
  return new RpcError(errorCodes.internal, "Internal error");
}

/** Size of a result on the wire, without making its whole text: strings hold nearly all of it. */
function sizeOf(value: unknown): number {
  if (typeof value === "string") return Buffer.byteLength(value) + 2;
  if (Array.isArray(value)) return value.reduce((sum: number, part) => sum + sizeOf(part) + 1, 2);
  if (isObject(value))
    return Object.entries(value).reduce((sum, [key, part]) => sum + key.length + 4 + sizeOf(part), 2);
  return value === undefined ? 0 : String(value).length;
}
