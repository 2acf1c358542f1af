import { createServer, type IncomingMessage, type Server } from "node:http";
import { getRequestListener } from "@hono/node-server";
import { readRelease } from "../shared/server/release.ts";
import { createRealtimeApp } from "./app.ts";
import type { RealtimeDeps } from "./deps.ts";
import { createRealtime, type Realtime, SOCKET_PATH } from "./server.ts";
import { endUpgrade } from "./sockets/end-upgrade.ts";

export interface RealtimeServer {
  http: Server;
  realtime: Realtime;
  /** Ends streams, then sockets, then HTTP. Further calls return the same promise. */
  close(): Promise<void>;
}

/** Offers of other protocols (h2c, which Java sends with every request) are ignored, which HTTP permits. */
const isForSockets = ({ url = "", headers }: IncomingMessage): boolean =>
  url.startsWith(SOCKET_PATH) && headers.upgrade?.toLowerCase() === "websocket";

/** Creates the HTTP server: Socket.IO below its path, the Hono app elsewhere. It does not listen yet. */
export function createRealtimeServer(deps: RealtimeDeps): RealtimeServer {
  const realtime = createRealtime(deps);
  const listener = getRequestListener(createRealtimeApp({ ...deps, realtime, release: readRelease() }).fetch);
  const http = createServer(
    // Limits how long a slow sender of headers or a body can hold a connection.
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
