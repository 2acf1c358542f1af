import type { IncomingMessage } from "node:http";
import type { Context } from "hono";
import { hasOneHost, type OriginPolicy } from "../../shared/server/http/origin-policy.ts";
import type { PeerRequest } from "../../shared/server/http/peer-address.ts";
import { cameByHttps as requestCameByHttps, type SchemeDeps } from "../../shared/server/http/request-scheme.ts";

/** The request as Node received it; undefined when the app was called without a server. */
export function nodeRequest(c: Context): IncomingMessage | undefined {
  return (c.env as { incoming?: IncomingMessage } | undefined)?.incoming;
}

/** Whether the request names this server, and names it once. */
export function namesThisServer(c: Context, policy: OriginPolicy): boolean {
  const request = nodeRequest(c);
  if (!request) return policy.allowsHost(c.req.header("Host") ?? new URL(c.req.url).host);
  return hasOneHost(request) && policy.allowsHost(request.headers.host);
}

export const hostOf = (c: Context): string =>
  (nodeRequest(c)?.headers.host ?? c.req.header("Host") ?? new URL(c.req.url).host).toLowerCase();

/** Whether the browser came by https: see {@link requestCameByHttps}. */
export const cameByHttps = (c: Context, deps: SchemeDeps): boolean => requestCameByHttps(requestOf(c), deps);

/** Connection and headers of a request. Without a server in front of the app, the headers only. */
export function requestOf(c: Context): PeerRequest {
  const request = nodeRequest(c);
  if (request?.headers) return request;
  return {
    socket: { remoteAddress: undefined },
    headers: { ...Object.fromEntries(c.req.raw.headers), host: hostOf(c) },
  };
}
