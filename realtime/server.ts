import type { IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { type DefaultEventsMap, Server } from "socket.io";
import type { RevokedSubjects } from "../shared/protocol/access.ts";
import type { EmitEvent } from "../shared/protocol/emit.ts";
import { type NamespaceName, namespaceNames } from "../shared/protocol/namespaces.ts";
import type { DependencyState } from "../shared/protocol/system.ts";
import { createPeers } from "../shared/server/http/peer-address.ts";
import type { RealtimeDeps } from "./deps.ts";
import { createEmittedIds } from "./emit/emitted-ids.ts";
import { createFanoutAdapter } from "./fanout/fanout-adapter.ts";
import { TurnWriter } from "./fanout/frame-batcher.ts";
import { createSlowConsumers } from "./fanout/slow-consumers.ts";
import { type HandshakeDeps, JOIN_MS } from "./handshake/handshake.ts";
import { serveHandshakes } from "./handshake/serve-handshakes.ts";
import { announce } from "./namespaces/announce.ts";
import type { SocketData, SocketServer } from "./namespaces/namespace.ts";
import { registerNamespaces } from "./namespaces/register.ts";
import { SocketEngine } from "./sockets/socket-engine.ts";
import { createSockets } from "./sockets/sockets.ts";

export const SOCKET_PATH = "/socket.io/";
/** Largest message of a client, in bytes: subscriptions are small (OWASP WebSocket cheat sheet: 64 KB). */
const MAX_CLIENT_MESSAGE = 64 * 1024;

export interface RealtimeHealth {
  connections: Record<NamespaceName, number>;
  activeStreams: number;
}

export interface Realtime {
  /** Requests and upgrades below {@link SOCKET_PATH}. */
  handleRequest(request: IncomingMessage, response: ServerResponse): void;
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /**
   * Sends checked events to the viewers of all servers, each id once. Returns for each event the number of sockets of
   * this server that it was sent to; for a repeat, the number of the first time.
   */
  emit(events: EmitEvent[]): number[];
  /** Disconnects sockets on all servers. Returns the number on this one. */
  revoke(revocation: RevokedSubjects): number;
  health(): RealtimeHealth;
  /** Events skipped because a consumer was too slow. */
  readonly skippedEvents: number;
  /** Client events without a handler. */
  readonly unknownEvents: number;
  /** Whether other realtime servers can be reached; `absent` if this is the only one. */
  readonly busState: DependencyState["state"];
  close(): Promise<void>;
}

/** Creates Socket.IO with the five namespaces. It does not listen: requests and upgrades are passed to it. */
export function createRealtime(deps: RealtimeDeps): Realtime {
  const { authenticator, originPolicy, joinMs = JOIN_MS } = deps;
  const sockets = createSockets(deps.caps, authenticator, deps.log);
  const peers = createPeers(deps.trustedProxies);
  const handshake: HandshakeDeps = { authenticator, originPolicy, sockets, peers, joinMs };
  const writer = new TurnWriter();
  const slowConsumers = createSlowConsumers();
  const engine = new SocketEngine(engineOptions(deps));
  const io: SocketServer = new Server<DefaultEventsMap, DefaultEventsMap, DefaultEventsMap, SocketData>({
    connectTimeout: joinMs + 1_000, // `serveHandshakes` closes it earlier
    serveClient: false,
    adapter: createFanoutAdapter(writer, slowConsumers),
  });
  io.bind(engine);
  const { handleRequest, handleUpgrade } = serveHandshakes(engine, handshake);
  const namespaces = registerNamespaces(io, deps, handshake);

  const emittedIds = createEmittedIds();
  const emitHere = (event: EmitEvent): number => {
    const { id } = event;
    if (id === undefined) return emitOne(io, event);
    const earlier = emittedIds.countOf(id);
    if (earlier !== undefined) return earlier;
    const count = emitOne(io, event);
    emittedIds.add(id, count);
    return count;
  };
  const revokeHere = (revocation: RevokedSubjects): number => {
    namespaces.revoke(revocation);
    return sockets.revoke(revocation);
  };
  const bus = deps.openBus?.({
    onMessage(message) {
      if (message.kind === "emit") for (const event of message.events) emitHere(event);
      else if (message.kind === "revoke") revokeHere(message.revocation);
    },
    onGap() {
      for (const name of namespaceNames) io.of(`/${name}`).emit("gap", { from: null, to: null, reason: "source_lost" });
    },
  });

  return {
    handleRequest,
    handleUpgrade,
    emit(events) {
      if (bus) {
        const fresh = events.filter(({ id }) => id === undefined || emittedIds.countOf(id) === undefined);
        if (fresh.length > 0) bus.publish({ kind: "emit", events: fresh });
      }
      return events.map(emitHere);
    },
    revoke(revocation) {
      bus?.publish({ kind: "revoke", revocation });
      return revokeHere(revocation);
    },
    health: () => ({
      connections: Object.fromEntries(
        namespaceNames.map((name) => [name, io.of(`/${name}`).sockets.size]),
      ) as RealtimeHealth["connections"],
      activeStreams: namespaces.activeStreams,
    }),
    get skippedEvents() {
      return slowConsumers.skipped;
    },
    get unknownEvents() {
      return namespaces.unknownEvents;
    },
    get busState() {
      return bus ? (bus.up ? "up" : "down") : "absent";
    },
    async close() {
      await namespaces.close();
      writer.flush();
      slowConsumers.close();
      sockets.close();
      await Promise.all([namespaces.closeEvents(), io.close(), bus?.close()]);
    },
  };
}

const engineOptions = ({ heartbeat, originPolicy }: RealtimeDeps) => ({
  pingInterval: heartbeat?.intervalMs ?? 25_000,
  pingTimeout: heartbeat?.timeoutMs ?? 20_000,
  maxHttpBufferSize: MAX_CLIENT_MESSAGE,
  perMessageDeflate: false,
  httpCompression: false,
  cors: {
    origin: (origin: string | undefined, respond: (error: Error | null, allowed?: boolean) => void) =>
      respond(null, originPolicy.allowsOrigin(origin)),
    credentials: true,
  },
});

/** Sends an event to the viewers of this server. Returns the number of sockets that it was addressed to. */
function emitOne(io: SocketServer, { namespace: name, event, data, room }: EmitEvent): number {
  const namespace = io.of(`/${name}`);
  if (room === undefined) return announce(name, namespace, event, data);
  const addressed = namespace.adapter.rooms.get(room)?.size ?? 0;
  if (addressed > 0) namespace.to(room).emit(event, data);
  return addressed;
}
