import type { Revocation } from "../protocol/access.ts";
import { EMIT_BODY_MAX, readEmitEvent } from "../protocol/emit.ts";
import type { NamespaceName } from "../protocol/namespaces.ts";
import { deploymentRoom, filesRoom, mcpRoom, serviceRoom } from "../protocol/rooms.ts";
import { type ClientLog, createOutbox, RefusedError } from "./outbox.ts";

/** Longest time of a request to the realtime server; after it the request counts as failed. */
const REQUEST_LIMIT_MS = 5_000;
const HEALTH_LIMIT_MS = 2_000;
/** Statuses that a retry may change; any other refusal is final for that request. */
const retriable = new Set([401, 408, 421, 429]);

export interface WsClientOptions {
  /** `WS_SERVER_URL`. */
  url: string;
  /** The emit token. */
  token: string;
  log: ClientLog;
}

/**
 * Sends events and revocations to the realtime server. Every call returns at once and none throws: what cannot be
 * delivered now waits in a bounded outbox and follows, in order, when the server is back.
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
  /** Cuts the sockets of sessions, keys or users: independent of queued events, and retried until it has succeeded. */
  revoke(revocation: Revocation): void;
  /** Events that wait, and events dropped since the start. */
  counts(): { queued: number; dropped: number };
  /** Ends retries; resolves when the requests under way have ended. */
  close(): Promise<void>;
}

export function createWsClient({ url, token, log }: WsClientOptions): WsClient {
  const base = url.replace(/\/+$/, "");

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
  const outbox = createOutbox({ post, log });

  const emitToWS: WsClient["emitToWS"] = (namespace, event, data, room) => {
    try {
      const checked = readEmitEvent({ namespace, event, data, room }, () => {});
      const json = checked ? JSON.stringify(checked) : "";
      const bytes = Buffer.byteLength(json);
      if (bytes === 0 || bytes > EMIT_BODY_MAX - 64) {
        log.error({ namespace, event, room, bytes }, "an event cannot be emitted: not valid, or too large");
        return;
      }
      outbox.add({ name: `${namespace} ${event}`, json, bytes });
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
        const health = (await response.json()) as { success?: unknown };
        return response.ok && health.success === true;
      } catch {
        return false;
      }
    },
    revoke: outbox.revoke,
    counts: outbox.counts,
    close: outbox.close,
  };
}
