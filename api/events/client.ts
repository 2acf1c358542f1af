import type { Revocation } from "../../shared/protocol/access.ts";
import { EMIT_BODY_MAX, readEmitEvent } from "../../shared/protocol/emit.ts";
import type { NamespaceName } from "../../shared/protocol/namespaces.ts";
import { deploymentRoom, filesRoom, mcpRoom, serviceRoom } from "../../shared/protocol/rooms.ts";
import type { Log } from "../../shared/server/log.ts";
import { createDelivery } from "./delivery.ts";
import { createEmitQueue, type QueuedEvent } from "./emit-queue.ts";
import { createRevocationList } from "./revocation-list.ts";

/** A request to the realtime server that takes longer has failed. */
const REQUEST_LIMIT_MS = 5_000;
const HEALTH_LIMIT_MS = 2_000;
/** Statuses that another try may change; any other refusal is final for that request. */
const retriable = new Set([401, 408, 421, 429]);

export interface WsClientOptions {
  /** `WS_SERVER_URL`. */
  url: string;
  /** The emit token. */
  token: string;
  log: Log;
}

/**
 * Tells the realtime server what happened. Every call returns at once and none throws: what cannot be delivered now
 * waits in a bounded queue and follows, in order, when the server is back.
 */
export interface WsClient {
  emitToWS(namespace: NamespaceName | `/${NamespaceName}`, event: string, data: unknown, room?: string): void;
  emitToService(serviceId: string, event: string, data: unknown): void;
  emitToDeployment(deploymentId: string, event: string, data: unknown): void;
  emitToSystem(event: string, data: unknown): void;
  emitToMCP(serverId: string, event: string, data: unknown): void;
  emitToFiles(path: string, event: string, data: unknown): void;
  /** Whether the realtime server answers its `/health`; within 2 s. */
  checkWSHealth(): Promise<boolean>;
  /** Cuts the sockets of sessions, keys or users: ahead of all events, tried again until it has happened. */
  revoke(revocation: Revocation): void;
  /** Events waiting now, and events lost since the start. */
  counts(): { queued: number; dropped: number };
  /** Ends retries; resolves when the request under way has ended. */
  close(): Promise<void>;
}

/** The server understood the request and will not take it, now or later. */
class RefusedError extends Error {}

export function createWsClient({ url, token, log }: WsClientOptions): WsClient {
  const base = url.replace(/\/+$/, "");
  const queue = createEmitQueue();
  const revocations = createRevocationList();

  const post = async (path: string, body: string) => {
    const response = await fetch(`${base}${path}`, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
      body,
      redirect: "error",
      signal: AbortSignal.timeout(REQUEST_LIMIT_MS),
    });
    await response.arrayBuffer(); // read to the end, or the connection is not used again
    if (response.ok) return;
    const message = `the realtime server answered ${response.status}`;
    throw response.status < 500 && !retriable.has(response.status) ? new RefusedError(message) : new Error(message);
  };
  const postEvents = (events: readonly QueuedEvent[]) =>
    post("/emit", `{"events":[${events.map(({ json }) => json).join(",")}]}`);

  /** A batch is taken or refused as a whole: one bad event must not hold up the others for ever. */
  const postOneByOne = async (events: readonly QueuedEvent[]) => {
    for (const event of events) {
      try {
        await postEvents([event]);
      } catch (error) {
        if (!(error instanceof RefusedError)) throw error;
        log.error({ err: error, event: event.name }, "the realtime server refuses an event");
      }
    }
  };

  const sendEvents = async () => {
    const events = queue.take();
    if (events.length === 0) return false;
    try {
      await postEvents(events).catch((error: unknown) => {
        if (error instanceof RefusedError) return postOneByOne(events);
        throw error;
      });
      queue.done();
      return true;
    } catch (error) {
      queue.putBack();
      throw error;
    }
  };

  const sendRevocations = async () => {
    const revocation = revocations.first();
    if (!revocation) return false;
    await post("/access/revoke", JSON.stringify(revocation));
    revocations.remove(revocation);
    return true;
  };

  const events = createDelivery({
    send: sendEvents,
    onState: (up, error) => {
      if (up) log.info({ dropped: queue.dropped }, "the realtime server is back, events flow again");
      else log.warn({ err: error }, "the realtime server does not answer, events are queued");
    },
    retryFirstMs: 250,
    retryMaxMs: 5_000,
  });
  const cuts = createDelivery({
    send: sendRevocations,
    onState: (up, error) => {
      if (up) log.info("revocations have been delivered");
      else log.warn({ err: error }, "a revocation could not be delivered yet");
    },
    retryFirstMs: 100,
    retryMaxMs: 1_000,
  });

  const emitToWS: WsClient["emitToWS"] = (namespace, event, data, room) => {
    try {
      const checked = readEmitEvent({ namespace, event, data, room }, () => {});
      const json = checked ? JSON.stringify(checked) : "";
      const bytes = Buffer.byteLength(json);
      if (bytes === 0 || bytes > EMIT_BODY_MAX - 64) {
        log.error({ namespace, event, room, bytes }, "an event cannot be emitted: not valid, or too large");
        return;
      }
      queue.add({ name: `${namespace} ${event}`, json, bytes });
      events.wake();
    } catch (error) {
      log.error({ err: error, namespace, event }, "an event cannot be emitted");
    }
  };

  return {
    emitToWS,
    emitToService: (serviceId, event, data) => emitToWS("services", event, data, serviceRoom(serviceId)),
    emitToDeployment: (deploymentId, event, data) => emitToWS("deployments", event, data, deploymentRoom(deploymentId)),
    emitToSystem: (event, data) => emitToWS("system", event, data),
    emitToMCP: (serverId, event, data) => emitToWS("mcp", event, data, mcpRoom(serverId)),
    emitToFiles: (path, event, data) => emitToWS("files", event, data, filesRoom(path)),
    async checkWSHealth() {
      try {
        const response = await fetch(`${base}/health`, { signal: AbortSignal.timeout(HEALTH_LIMIT_MS) });
        const answer = (await response.json()) as { success?: unknown };
        return response.ok && answer.success === true;
      } catch {
        return false;
      }
    },
    revoke(revocation) {
      revocations.add(revocation);
      cuts.wake();
    },
    counts: () => ({ queued: queue.length, dropped: queue.dropped }),
    async close() {
      await Promise.all([events.stop(), cuts.stop()]);
    },
  };
}
