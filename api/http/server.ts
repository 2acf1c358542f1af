import { once } from "node:events";
import { createServer, type IncomingMessage, type Server } from "node:http";
import { getRequestListener } from "@hono/node-server";

export interface SlowSenderLimits {
  /** Milliseconds to send all headers. */
  headersMs: number;
  /** Milliseconds to send a body. Uploads have no limit: the guard has admitted them, and their writer ends stalled ones. */
  bodyMs: number;
  /** Interval of the check for slow senders of headers, in milliseconds. */
  checkMs: number;
}
const usualLimits: SlowSenderLimits = { headersMs: 10_000, bodyMs: 20_000, checkMs: 2_000 };
const UPLOAD_PATH = "/api/files/upload";
/** Longer than proxies keep an idle connection, so that none sends into one that is being closed. */
const KEEP_ALIVE_MS = 65_000;
/** Time for responses under way at shutdown. */
const STOP_GRACE_MS = 2_000;

export interface HttpServer {
  http: Server;
  /** Resolves with the port; rejects when it is not available. */
  listen(port: number, host: string): Promise<number>;
  /** Accepts no more requests, waits for those under way, and then ends the rest. */
  close(): Promise<void>;
}

export function createHttpServer(
  fetch: (request: Request, env: object) => Response | Promise<Response>,
  { headersMs, bodyMs, checkMs } = usualLimits,
): HttpServer {
  const listener = getRequestListener(fetch as Parameters<typeof getRequestListener>[0]);
  const http = createServer(
    {
      headersTimeout: headersMs,
      requestTimeout: 0, // would cut long uploads
      connectionsCheckingInterval: checkMs,
      keepAliveTimeout: KEEP_ALIVE_MS,
    },
    (request, response) => {
      limitBody(request, bodyMs);
      // No route reads the body of such a request. Closing after the response leaves it unread, whatever its size.
      if (isRead(request) && bringsBody(request)) response.shouldKeepAlive = false;
      void listener(request, response);
    },
  );

  return {
    http,
    async listen(port, host) {
      http.listen(port, host);
      await once(http, "listening");
      const address = http.address();
      return typeof address === "object" && address ? address.port : port;
    },
    async close() {
      if (!http.listening) return;
      const closed = once(http, "close");
      http.close();
      http.closeIdleConnections?.();
      const cut = setTimeout(() => http.closeAllConnections(), STOP_GRACE_MS);
      await closed;
      clearTimeout(cut);
    },
  };
}

const isRead = ({ method }: IncomingMessage): boolean => method === "GET" || method === "HEAD";
const bringsBody = ({ headers }: IncomingMessage): boolean =>
  headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;

/** Ends the connection of a request whose body is not complete in time. */
function limitBody(request: IncomingMessage, limitMs: number): void {
  if (!bringsBody(request)) return;
  if (request.method === "PUT" && (request.url ?? "").split("?", 1)[0] === UPLOAD_PATH) return;
  const timer = setTimeout(() => request.destroy(), limitMs);
  const stop = () => clearTimeout(timer);
  request.once("end", stop).once("close", stop);
}
