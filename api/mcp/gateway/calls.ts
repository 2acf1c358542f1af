import { randomUUID } from "node:crypto";
import type { GatewayCall } from "../../../shared/protocol/mcp-gateway.ts";
import type { GatewayCallState } from "../../../shared/protocol/mcp-gateway-limits.ts";
import type { Log } from "../../../shared/server/log.ts";
import { errorCodes, RpcError } from "./json-rpc.ts";
import { messages } from "./messages.ts";
import type { GatewayStore } from "./store.ts";

/** Ended calls are written together, so that no call waits for the disk. */
const FLUSH_MS = 1_000;
const FLUSH_AT = 500;
/** Ended calls that wait while the disk is full. Further ones are counted as lost. */
const MAX_WAITING = 5_000;
/** Shortest time between two events for the page, in milliseconds. */
const NOTIFY_MS = 500;

/** The end of a call that somebody stopped in the panel. */
export class StoppedError extends RpcError {}

export type StartedCall = Pick<
  GatewayCall,
  "keyId" | "keyName" | "client" | "serverId" | "serverName" | "method" | "target" | "requestBytes"
>;

export interface RunningCall {
  end(state: Exclude<GatewayCallState, "running">, responseBytes: number): void;
}

/** The calls that run, and the history of those that ended. */
export interface CallRegister {
  /** @param abort ends the call when somebody stops it in the panel */
  start(call: StartedCall, abort: AbortController): RunningCall;
  /** Running calls and then ended ones, each the latest first. */
  latest(limit: number): GatewayCall[];
  /** False when no such call runs. */
  stop(id: string): boolean;
  /** A running call, for its name. */
  find(id: string): GatewayCall | undefined;
  close(): void;
}

export function createCallRegister({
  store,
  log,
  notify,
}: {
  store: Pick<GatewayStore, "addCalls" | "calls">;
  log: Log;
  /** Tells the page that calls started or ended. */
  notify(running: number): void;
}): CallRegister {
  const running = new Map<string, { call: GatewayCall; abort: AbortController }>();
  let waiting: GatewayCall[] = [];
  let lost = 0;
  let flushing: NodeJS.Timeout | undefined;
  let notifying: NodeJS.Timeout | undefined;

  const flush = () => {
    clearTimeout(flushing);
    flushing = undefined;
    if (waiting.length === 0) return;
    try {
      store.addCalls(waiting);
      waiting = [];
    } catch (error) {
      log.warn({ err: error, waiting: waiting.length }, "calls through the MCP gateway could not be recorded");
    }
    if (lost > 0) log.warn({ lost }, "calls through the MCP gateway were not recorded: the disk is full");
    lost = 0;
  };
  const notifyLater = () => {
    notifying ??= setTimeout(() => {
      notifying = undefined;
      notify(running.size);
    }, NOTIFY_MS);
    notifying.unref();
  };

  return {
    start(started, abort) {
      const id = randomUUID();
      const at = performance.now();
      const open = { state: "running", durationMs: null, responseBytes: null } as const;
      const call: GatewayCall = { id, ...started, ...open, startedAt: new Date().toISOString() };
      running.set(id, { call, abort });
      notifyLater();
      return {
        end(state, responseBytes) {
          if (!running.delete(id)) return;
          const durationMs = Math.round((performance.now() - at) * 10) / 10;
          if (waiting.length < MAX_WAITING) waiting.push({ ...call, state, durationMs, responseBytes });
          else lost++;
          if (waiting.length === FLUSH_AT) flush();
          else if (!flushing) {
            flushing = setTimeout(flush, FLUSH_MS);
            flushing.unref();
          }
          notifyLater();
        },
      };
    },
    latest(limit) {
      flush();
      const now = [...running.values()].map(({ call }) => call).reverse();
      return [...now, ...store.calls(limit)].slice(0, limit);
    },
    stop(id) {
      const found = running.get(id);
      found?.abort.abort(new StoppedError(errorCodes.refused, messages.stopped));
      return found !== undefined;
    },
    find: (id) => running.get(id)?.call,
    close() {
      flush();
      clearTimeout(notifying);
    },
  };
}
