import type { IncomingMessage } from "node:http";
import { isIPv6 } from "node:net";
import type { Context } from "hono";
import { hasOneHost, type OriginPolicy } from "../../shared/server/origin-policy.ts";

/** The request as Node received it; undefined when the app was called without a server. */
export function nodeRequest(c: Context): IncomingMessage | undefined {
  return (c.env as { incoming?: IncomingMessage } | undefined)?.incoming;
}

/** IPv4 written as IPv6 is IPv4. */
const plainAddress = (address: string) => address.replace(/^::ffff:(?=\d+\.)/i, "");

/**
 * The address of the peer. Forwarded headers are believed from a listed proxy only, and of them only the right-most
 * hop, which that proxy itself has written.
 */
export function clientAddress(c: Context, trustedProxies: ReadonlySet<string>): string {
  const peer = plainAddress(nodeRequest(c)?.socket?.remoteAddress ?? "unknown");
  if (!trustedProxies.has(peer)) return peer;
  const hop = c.req.header("X-Forwarded-For")?.split(",").at(-1)?.trim() ?? "";
  return /^[0-9a-fA-F.:]{2,45}$/.test(hop) ? plainAddress(hop) : peer;
}

/** One bucket an address; of IPv6 one a /64, since a single machine has all of it. */
export function addressBucket(address: string): string {
  if (!isIPv6(address)) return address;
  const [head = "", tail] = address.split("::");
  const start = head === "" ? [] : head.split(":");
  const end = tail ? tail.split(":") : [];
  const missing = tail === undefined ? 0 : 8 - start.length - end.length;
  const groups = [...start, ...Array.from({ length: Math.max(0, missing) }, () => "0"), ...end];
  return `${groups
    .slice(0, 4)
    .map((group) => group.toLowerCase().replace(/^0+(?=.)/, ""))
    .join(":")}::/64`;
}

/** Whether the request names this server, and names it once. */
export function namesThisServer(c: Context, policy: OriginPolicy): boolean {
  const request = nodeRequest(c);
  if (!request) return policy.allowsHost(c.req.header("Host") ?? new URL(c.req.url).host);
  return hasOneHost(request) && policy.allowsHost(request.headers.host);
}

export const hostOf = (c: Context): string =>
  (nodeRequest(c)?.headers.host ?? c.req.header("Host") ?? new URL(c.req.url).host).toLowerCase();

/** Whether the browser came by https: its own word, a listed proxy's, or the operator's list of origins. */
export function cameByHttps(c: Context, policy: OriginPolicy, trustedProxies: ReadonlySet<string>): boolean {
  const origin = c.req.header("Origin");
  if (origin && policy.allowsOrigin(origin)) return origin.startsWith("https:");
  const peer = plainAddress(nodeRequest(c)?.socket?.remoteAddress ?? "unknown");
  const forwarded = trustedProxies.has(peer) ? c.req.header("X-Forwarded-Proto")?.split(",").at(-1)?.trim() : undefined;
  if (forwarded) return forwarded === "https";
  const host = hostOf(c);
  const schemes = policy.origins
    .filter((listed) => new URL(listed).host === host)
    .map((listed) => listed.split(":")[0]);
  return schemes.length > 0 && schemes.every((scheme) => scheme === "https");
}
