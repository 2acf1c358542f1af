import { createServer, type IncomingMessage, type Server } from "node:http";
import { getRequestListener } from "@hono/node-server";
import { createRealtimeApp } from "./app.ts";
import type { RealtimeDeps } from "./deps.ts";
import { createRealtime, type Realtime, SOCKET_PATH } from "./server.ts";
import { endUpgrade } from "./sockets/end-upgrade.ts";

export interface RealtimeServer {
  http: Server;
  realtime: Realtime;
  /** Ends streams, then sockets, then HTTP; calling it again gives the same promise. */
  close(): Promise<void>;
}

/** Offers of another protocol (h2c, which Java makes with every request) are left aside, as HTTP lets a server do. */
const isForSockets = ({ url = "", headers }: IncomingMessage): boolean =>
  url.startsWith(SOCKET_PATH) && headers.upgrade?.toLowerCase() === "websocket";

/** The realtime server as one HTTP server: Socket.IO below its path, the Hono app elsewhere. It is not listening yet. */
export function createRealtimeServer(deps: RealtimeDeps): RealtimeServer {
  const realtime = createRealtime(deps);
  const listener = getRequestListener(createRealtimeApp({ ...deps, realtime }).fetch);
  const http = createServer(
    // A slow sender of headers or bodies holds a connection no longer than this.
    {
      requestTimeout: 30_000,
      headersTimeout: 10_000,
      connectionsCheckingInterval: 5_000,
      keepAliveTimeout: 65_000,
      shouldUpgradeCallback: isForSockets,
    },
    (request, response) => {
      if ((request.url ?? "").startsWith(SOCKET_PATH)) realtime.handleRequest(request, response);
      else void listener(request, response);
    },
  );
  http.on("upgrade", (request, socket, head) => {
    if (isForSockets(request)) realtime.handleUpgrade(request, socket, head);
    else endUpgrade(socket, "HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n");
  });

  let closing: Promise<void> | undefined;
  const close = async () => {
    const stopped = new Promise<void>((resolve) => http.close(() => resolve()));
    await realtime.close();
    http.closeAllConnections();
    await stopped;
  };
  return {
    http,
    realtime,
    close() {
      closing ??= close();
      return closing;
    },
  };
}
