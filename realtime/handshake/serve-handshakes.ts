import type { IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import type { Server as EngineServer } from "engine.io";
import { setDeadline } from "../../shared/server/async/deadline.ts";
import { toAppError, toFailure } from "../../shared/server/errors.ts";
import { type GuardedConnection, guardConnection } from "../sockets/connection-guard.ts";
import { endUpgrade } from "../sockets/end-upgrade.ts";
import { createTurnCork } from "../sockets/turn-cork.ts";
import { admissionOf, admit, type HandshakeDeps } from "./handshake.ts";

/** Passes admitted requests and upgrades on to Engine.IO, and refuses the others. */
export interface HandshakeServer {
  handleRequest(request: IncomingMessage, response: ServerResponse): void;
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
}

type OpenedConnection = GuardedConnection & {
  request: IncomingMessage;
  once(event: "close", listener: () => void): void;
};

/** Guards each connection of the engine, and releases its place when it ends or joins no namespace in time. */
export function serveHandshakes(engine: EngineServer, deps: HandshakeDeps): HandshakeServer {
  const { sockets } = deps;
  /** Requests that became a connection, whose end releases their place. */
  const opened = new WeakSet<IncomingMessage>();
  const writeTogether = createTurnCork();
  engine.on("connection", (connection: OpenedConnection) => {
    opened.add(connection.request);
    guardConnection(connection);
    // Closed here, since Socket.IO would wait for the next poll of the peer, which may never come.
    const endLate = setDeadline(() => {
      if (!sockets.holds(connection)) connection.close(true);
    }, deps.joinMs - 250);
    connection.once("close", () => {
      endLate();
      sockets.release(connection);
      admissionOf(connection.request)?.leave();
    });
  });

  return {
    handleRequest(request, response) {
      // No other page may load a response as an image or script.
      response.setHeader("Cross-Origin-Resource-Policy", "same-origin");
      admit(request, deps, "request").then(
        () => {
          // A handshake refused by Engine.IO never becomes a connection.
          const release = () => {
            if (!opened.has(request)) admissionOf(request)?.leave();
          };
          if (response.destroyed) return release();
          response.once("close", release);
          engine.handleRequest(request as never, response);
        },
        (thrown: unknown) => refuseRequest(response, thrown),
      );
    },
    handleUpgrade(request, socket, head) {
      // The peer may reset the connection while the session is being checked.
      const onError = () => socket.destroy();
      socket.on("error", onError);
      admit(request, deps, "upgrade").then(
        () => {
          socket.off("error", onError);
          const admission = admissionOf(request);
          if (socket.destroyed) return admission?.leave();
          if (admission) socket.once("close", admission.leave);
          // The response to the upgrade and the first packet of Engine.IO.
          writeTogether(socket);
          engine.handleUpgrade(request as never, socket, head);
        },
        (thrown: unknown) => refuseUpgrade(socket, thrown),
      );
    },
  };
}

/** Responds with the error in the envelope of all refusals. */
function refuseRequest(response: ServerResponse, thrown: unknown): void {
  const error = toAppError(thrown);
  if (error.retryAfter !== undefined) response.setHeader("Retry-After", String(error.retryAfter));
  response.writeHead(error.status, { "Content-Type": "application/json", "Cache-Control": "no-store" });
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
