import type { IncomingHttpHeaders } from "node:http";

export interface OriginPolicy {
  origins: readonly string[];
  /** Whether a `Host` header names this server. Any other host means DNS rebinding or a misrouted proxy. */
  allowsHost(host: string | undefined): boolean;
  /** Whether a page of this origin may call the server. */
  allowsOrigin(origin: string | undefined): boolean;
}

/**
 * Creates the policy for CORS, the Origin of sockets and the Host header from one list of origins.
 * @param ports on which this server listens, reachable by loopback names
 * @param urls at which the panel's other processes reach this server
 */
export function createOriginPolicy(
  origins: readonly string[],
  ports: readonly number[],
  urls: readonly string[] = [],
): OriginPolicy {
  const allowedOrigins = new Set(origins);
  const allowedHosts = new Set<string>(urls.map((url) => new URL(url).host));
  for (const origin of origins) {
    const url = new URL(origin);
    allowedHosts.add(url.host);
    // A page on port 80 or 443 may call the servers on their own ports of the same host.
    for (const port of ports) allowedHosts.add(`${url.hostname}:${port}`);
    if (!url.port) allowedHosts.add(`${url.hostname}:${url.protocol === "https:" ? 443 : 80}`);
  }
  for (const port of ports) for (const name of ["localhost", "127.0.0.1", "[::1]"]) allowedHosts.add(`${name}:${port}`);
  return {
    origins,
    allowsHost: (host) => host !== undefined && allowedHosts.has(host.toLowerCase()),
    allowsOrigin: (origin) =>
      origin !== undefined && (allowedOrigins.has(origin) || allowedOrigins.has(withoutDefaultPort(origin))),
  };
}

/** Browsers omit the default port of an origin; programs may include it. */
const withoutDefaultPort = (origin: string): string =>
  origin.replace(/^(http:\/\/.+):80$|^(https:\/\/.+):443$/, "$1$2");

/** Returns the host of a request; undefined for two `Host` headers or an absolute request target, which no honest client sends. */
export function hasOneHost(request: { headers: IncomingHttpHeaders; rawHeaders: string[]; url?: string }): boolean {
  let hosts = 0;
  for (let index = 0; index < request.rawHeaders.length; index += 2) {
    const name = request.rawHeaders[index];
    if (name?.length === 4 && name.toLowerCase() === "host") hosts++;
  }
  return hosts === 1 && (request.url ?? "").startsWith("/");
}
