import type { IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { Server as EngineServer } from "engine.io";
import { type DefaultEventsMap, Server } from "socket.io";
import { openContainerEvents } from "../shared/docker/container-events.ts";
import type { Permission, RevokedSubjects } from "../shared/protocol/access.ts";
import type { EmitEvent } from "../shared/protocol/emit.ts";
import { type NamespaceName, namespaceNames } from "../shared/protocol/namespaces.ts";
import type { DependencyState } from "../shared/protocol/system.ts";
import { AppError, toAppError, toFailure } from "../shared/server/errors.ts";
import { createPeers } from "../shared/server/peer-address.ts";
import type { RealtimeDeps } from "./deps.ts";
import { createFanoutAdapter } from "./fanout/fanout-adapter.ts";
import { TurnWriter } from "./fanout/frame-batcher.ts";
import { createSlowConsumers } from "./fanout/slow-consumers.ts";
import {
  admissionOf,
  admit,
  connectTimeout,
  type HandshakeDeps,
  requirePermission,
  toConnectError,
} from "./handshake/handshake.ts";
import { announce } from "./namespaces/announce.ts";
import { registerDeployments } from "./namespaces/deployments.ts";
import { registerFiles } from "./namespaces/files.ts";
import { registerMcp } from "./namespaces/mcp.ts";
import type { RegisteredNamespace, SocketData, SocketServer } from "./namespaces/namespace.ts";
import { registerServices } from "./namespaces/services.ts";
import { registerSystem } from "./namespaces/system.ts";
import { createUnknownEvents } from "./namespaces/unknown-events.ts";
import { type GuardedConnection, guardConnection } from "./sockets/connection-guard.ts";
import { endUpgrade } from "./sockets/end-upgrade.ts";
import { createSockets } from "./sockets/sockets.ts";
import { openProcessEvents } from "./sources/process-events.ts";

export const SOCKET_PATH = "/socket.io/";
/** Largest message of a client, in bytes: subscriptions are small (OWASP WebSocket cheat sheet: 64 KB). */
const CLIENT_MESSAGE_MAX = 64 * 1024;

/** What a socket must be allowed to do to join each namespace. */
const namespacePermission: Record<NamespaceName, Permission> = {
  services: "services:view",
  deployments: "deployments:view",
  system: "system:view",
  mcp: "mcp:view",
  files: "files:view",
};

export interface RealtimeHealth {
  connections: Record<NamespaceName, number>;
  activeStreams: number;
}

export interface Realtime {
  /** Requests and upgrades below {@link SOCKET_PATH}. */
  handleRequest(request: IncomingMessage, response: ServerResponse): void;
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Sends checked events to the viewers of all servers; answers how many sockets of this one they were addressed to. */
  emit(events: EmitEvent[]): number;
  /** Cuts sockets on all servers; answers how many on this one. */
  revoke(revocation: RevokedSubjects): number;
  health(): RealtimeHealth;
  /** Events left out because a reader was too slow. */
  readonly skippedEvents: number;
  /** Events of clients that no handler takes. */
  readonly unknownEvents: number;
  /** Whether other realtime servers are reached; `absent` when there is to be but one. */
  readonly busState: DependencyState["state"];
  close(): Promise<void>;
}

/** Socket.IO with the five namespaces. It listens to nothing itself: requests and upgrades are handed to it. */
export function createRealtime(deps: RealtimeDeps): Realtime {
  const { log } = deps;
  const sockets = createSockets(deps.caps, deps.authenticator, log);
  const { authenticator, originPolicy } = deps;
  const handshake: HandshakeDeps = { authenticator, originPolicy, sockets, peers: createPeers(deps.trustedProxies) };
  const writer = new TurnWriter();
  const slowConsumers = createSlowConsumers();

  const limits = {
    pingInterval: deps.heartbeat?.intervalMs ?? 25_000,
    pingTimeout: deps.heartbeat?.timeoutMs ?? 20_000,
    maxHttpBufferSize: CLIENT_MESSAGE_MAX,
    perMessageDeflate: false,
    httpCompression: false,
    cors: {
      origin: (origin: string | undefined, answer: (error: Error | null, allowed?: boolean) => void) =>
        answer(null, deps.originPolicy.allowsOrigin(origin)),
      credentials: true,
    },
  };
  const engine = new EngineServer(limits);
  const io: SocketServer = new Server<DefaultEventsMap, DefaultEventsMap, DefaultEventsMap, SocketData>({
    connectTimeout,
    serveClient: false,
    adapter: createFanoutAdapter(writer, slowConsumers),
  });
  io.bind(engine);

  /** Requests that became a connection, whose end gives their place back. */
  const opened = new WeakSet<IncomingMessage>();
  engine.on(
    "connection",
    (
      connection: GuardedConnection & { request: IncomingMessage; once(event: "close", listener: () => void): void },
    ) => {
      opened.add(connection.request);
      guardConnection(connection);
      // Before Socket.IO does: its closing waits for the next poll of the peer, which may never come.
      const late = setTimeout(() => {
        if (!sockets.holds(connection)) connection.close(true);
      }, connectTimeout - 250);
      connection.once("close", () => {
        clearTimeout(late);
        sockets.release(connection);
        admissionOf(connection.request)?.leave();
      });
    },
  );

  io.use((_socket, next) => next(toConnectError(new AppError("not_found", "There is no such namespace."))));
  const unknownEvents = createUnknownEvents();
  for (const name of namespaceNames) {
    io.of(`/${name}`).use(requirePermission(namespacePermission[name], handshake));
    io.of(`/${name}`).on("connection", unknownEvents.watch);
  }

  const containerEvents = openContainerEvents(deps.docker, log);
  const processEvents = openProcessEvents(deps.processes);
  const namespaces: Record<NamespaceName, RegisteredNamespace> = {
    services: registerServices(io, { ...deps, containerEvents }),
    deployments: registerDeployments(io, { ...deps, processEvents }),
    system: registerSystem(io, deps),
    mcp: registerMcp(io, deps),
    files: registerFiles(io, deps),
  };

  const emitOne = ({ namespace: name, event, data, room }: EmitEvent): number => {
    const namespace = io.of(`/${name}`);
    if (room === undefined) return announce(name, namespace, event, data);
    const addressed = namespace.adapter.rooms.get(room)?.size ?? 0;
    if (addressed > 0) namespace.to(room).emit(event, data);
    return addressed;
  };

  const revokeHere = (revocation: RevokedSubjects): number => {
    for (const name of namespaceNames) namespaces[name].revoke?.(revocation);
    return sockets.revoke(revocation);
  };
  const emitHere = (events: readonly EmitEvent[]) => events.reduce((sum, event) => sum + emitOne(event), 0);
  const bus = deps.openBus?.({
    onMessage(message) {
      if (message.kind === "emit") emitHere(message.events);
      else if (message.kind === "revoke") revokeHere(message.revocation);
    },
    onGap() {
      for (const name of namespaceNames) io.of(`/${name}`).emit("gap", { from: null, to: null, reason: "source_lost" });
    },
  });

  return {
    handleRequest(request, response) {
      // No other page may take an answer for a picture or a script of its own.
      response.setHeader("Cross-Origin-Resource-Policy", "same-origin");
      admit(request, handshake, "request").then(
        () => {
          // A handshake that Engine.IO refuses never becomes a connection: give its place back.
          const giveBack = () => {
            if (!opened.has(request)) admissionOf(request)?.leave();
          };
          if (response.destroyed) return giveBack();
          response.once("close", giveBack);
          engine.handleRequest(request as never, response);
        },
        (thrown: unknown) => refuse(response, thrown),
      );
    },
    handleUpgrade(request, socket, head) {
      const swallow = () => socket.destroy();
      socket.on("error", swallow); // a peer that resets while the session is being checked
      admit(request, handshake, "upgrade").then(
        () => {
          socket.off("error", swallow);
          const admission = admissionOf(request);
          if (socket.destroyed) return admission?.leave();
          if (admission) socket.once("close", admission.leave);
          engine.handleUpgrade(request as never, socket, head);
        },
        (thrown: unknown) => refuseUpgrade(socket, thrown),
      );
    },
    emit(events) {
      bus?.publish({ kind: "emit", events });
      return emitHere(events);
    },
    revoke(revocation) {
      bus?.publish({ kind: "revoke", revocation });
      return revokeHere(revocation);
    },
    health: () => ({
      connections: Object.fromEntries(
        namespaceNames.map((name) => [name, io.of(`/${name}`).sockets.size]),
      ) as RealtimeHealth["connections"],
      activeStreams: namespaceNames.reduce((sum, name) => sum + namespaces[name].activeStreams, 0),
    }),
    get skippedEvents() {
      return slowConsumers.skipped;
    },
    get unknownEvents() {
      return unknownEvents.count;
    },
    get busState() {
      return bus ? (bus.up ? "up" : "down") : "absent";
    },
    async close() {
      await Promise.all(namespaceNames.map((name) => namespaces[name].close()));
      writer.flush();
      processEvents.close();
      slowConsumers.close();
      sockets.close();
      await Promise.all([containerEvents.close(), io.close(), bus?.close()]);
    },
  };
}

/** A refused handshake is answered like any other refusal, in the envelope. */
function refuse(response: ServerResponse, thrown: unknown): void {
  const error = toAppError(thrown);
  response.writeHead(error.status, {
    "Content-Type": "application/json",
    "Cache-Control": "no-store",
    ...(error.retryAfter === undefined ? {} : { "Retry-After": String(error.retryAfter) }),
  });
  response.end(JSON.stringify(toFailure(error)));
}

function refuseUpgrade(socket: Duplex, thrown: unknown): void {
  const error = toAppError(thrown);
  const body = JSON.stringify(toFailure(error));
  const head = [
    `HTTP/1.1 ${error.status} Refused`,
    "Connection: close",
    "Content-Type: application/json",
    "Cross-Origin-Resource-Policy: same-origin",
    `Content-Length: ${Buffer.byteLength(body)}`,
  ];
  endUpgrade(socket, `${head.join("\r\n")}\r\n\r\n${body}`);
}
