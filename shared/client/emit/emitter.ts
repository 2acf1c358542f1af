import type { NamespaceName } from "../../protocol/namespace-names.ts";
import { deploymentRoom, filesRoom, mcpRoom, serviceRoom } from "../../protocol/rooms.ts";
import { toEventJson } from "./event-json.ts";
import { messages } from "./messages.ts";
import { createOutbox, type EmitCounts, type Outbox } from "./outbox.ts";
import { createPost } from "./post.ts";
import { request } from "./request.ts";
import type { EmitResult } from "./result.ts";
import { createCredentials, type EmitterOptions, readAddress } from "./settings.ts";

const REQUEST_TIMEOUT_MS = 5_000;
const HEALTH_TIMEOUT_MS = 2_000;
const FLUSH_TIMEOUT_MS = 5_000;
const CLOSE_TIMEOUT_MS = 2_000;
/** Bytes of `"id":"…",` with the longest id of an emitter. */
const ID_BYTES = 60;

/**
 * Sends events to the viewers of the realtime server. No call throws or rejects; see {@link EmitResult}. Events of one
 * emitter arrive in the order of the calls. While the server is away, at most 1,000 events and 5 MB wait, and the
 * oldest are dropped when there are more. Each event has an id, so that a request whose response was lost is not
 * delivered twice.
 */
export interface Emitter {
  /** Sends an event to a room of a namespace, or to the whole namespace. */
  emitToWS(
    namespace: NamespaceName | `/${NamespaceName}`,
    event: string,
    data: unknown,
    room?: string,
  ): Promise<EmitResult>;
  emitToService(serviceId: string, event: string, data: unknown): Promise<EmitResult>;
  emitToDeployment(deploymentId: string, event: string, data: unknown): Promise<EmitResult>;
  emitToSystem(event: string, data: unknown): Promise<EmitResult>;
  emitToMCP(serverId: string, event: string, data: unknown): Promise<EmitResult>;
  emitToFiles(path: string, event: string, data: unknown): Promise<EmitResult>;
  /** Whether the realtime server responds to `GET /health`; within 2 s. */
  checkWSHealth(): Promise<boolean>;
  counts(): EmitCounts;
  /**
   * Waits until no event waits. Resolves with false when some still do after `timeoutMs` (default: 5,000). Keeps the
   * process alive meanwhile.
   */
  flush(timeoutMs?: number): Promise<boolean>;
  /**
   * Flushes for at most `timeoutMs` (default: 2,000), then ends the retries and the request in progress and drops what
   * still waits. Resolves with whether all events were sent. Later calls are refused.
   */
  close(timeoutMs?: number): Promise<boolean>;
}

export function createEmitter(options: EmitterOptions = {}): Emitter {
  const address = readAddress(options.url);
  const closing = new AbortController();
  const outbox: Outbox = createOutbox({
    post: createPost({
      address: address ?? "",
      credentials: createCredentials(options.token),
      timeoutMs: options.requestTimeoutMs ?? REQUEST_TIMEOUT_MS,
      signal: closing.signal,
    }),
    log: options.log,
  });
  const idPrefix = crypto.randomUUID().replaceAll("-", "");
  let lastId = 0;

  const refuse = (result: EmitResult, namespace: unknown, event: unknown) => {
    options.log?.error({ namespace, event, code: result.code }, `an event cannot be emitted: ${result.refused}`);
    return result;
  };
  const emitToWS: Emitter["emitToWS"] = async (namespace, event, data, room) => {
    if (address === undefined) {
      const refused = messages.invalidAddress;
      return refuse({ refused, code: "invalid_input" }, namespace, event);
    }
    const checked = toEventJson(namespace, event, data, room);
    if ("refused" in checked) return refuse(checked, namespace, event);
    const id = `${idPrefix}-${(lastId++).toString(36)}`;
    return outbox.add({ name: `${namespace} ${event}`, id, json: checked.json, bytes: checked.bytes + ID_BYTES });
  };
  let closed: Promise<boolean> | undefined;

  return {
    emitToWS,
    emitToService: (id, event, data) => emitToWS("services", event, data, roomOf(serviceRoom, id)),
    emitToDeployment: (id, event, data) => emitToWS("deployments", event, data, roomOf(deploymentRoom, id)),
    emitToSystem: (event, data) => emitToWS("system", event, data),
    emitToMCP: (id, event, data) => emitToWS("mcp", event, data, roomOf(mcpRoom, id)),
    emitToFiles: (path, event, data) => emitToWS("files", event, data, roomOf(filesRoom, path)),
    async checkWSHealth() {
      try {
        const { status, body } = await request(`${address}/health`, {}, { timeoutMs: HEALTH_TIMEOUT_MS });
        return status === 200 && (body as { success?: unknown } | undefined)?.success === true;
      } catch {
        return false;
      }
    },
    counts: outbox.counts,
    flush: (timeoutMs = FLUSH_TIMEOUT_MS) => outbox.flush(timeoutMs),
    close(timeoutMs = CLOSE_TIMEOUT_MS) {
      closed ??= outbox.flush(timeoutMs).then(async (sent) => {
        closing.abort();
        await outbox.stop();
        return sent;
      });
      return closed;
    },
  };
}

/** Room of an id. An id that is no text gets a room that is refused: without a room, everybody would receive the event. */
const roomOf = (room: (id: string) => string, id: unknown): string => (typeof id === "string" ? room(id) : "");
