import type { IncomingMessage } from "node:http";
import { BlockList, isIP, isIPv4, isIPv6 } from "node:net";

/** Finds the client of a request, and whether a listed proxy forwarded it. */
export interface Peers {
  /** Returns the address of the client in canonical form, without port or zone; `unknown` without a connection. */
  addressOf(request: PeerRequest | undefined): string;
  /** Whether the forwarded headers of this request count. */
  isTrusted(request: PeerRequest | undefined): boolean;
}

export type PeerRequest = Pick<IncomingMessage, "headers"> & {
  socket: Pick<IncomingMessage["socket"], "remoteAddress">;
};

/** Hops of `X-Forwarded-For` that are read, from the right; no real chain of proxies is longer. */
const MAX_HOPS = 16;

/**
 * Creates a finder of clients behind listed proxies.
 *
 * `X-Forwarded-For` counts only from a listed proxy. It is read from the right: each proxy appends the address of its peer,
 * so the first hop that is not a listed proxy is the client, and everything to its left is a claim of the client. A hop
 * without an address (`unknown`, RFC 7239) counts as the proxy that wrote it.
 * @param trustedProxies addresses and networks (`10.0.0.0/8`)
 */
export function createPeers(trustedProxies: readonly string[]): Peers {
  const trusted = new BlockList();
  for (const entry of trustedProxies) {
    const [text = "", prefix] = entry.split("/");
    const address = parseAddress(text);
    if (address === undefined) continue;
    if (prefix === undefined) trusted.addAddress(address, familyOf(address));
    else trusted.addSubnet(address, Number(prefix), familyOf(address));
  }
  const isProxy = (address: string) =>
    trustedProxies.length > 0 && isIP(address) !== 0 && trusted.check(address, familyOf(address));
  const connected = (request: PeerRequest | undefined) =>
    parseAddress(request?.socket?.remoteAddress ?? "") ?? "unknown";

  return {
    addressOf(request) {
      let address = connected(request);
      if (!isProxy(address)) return address;
      const forwarded = request?.headers["x-forwarded-for"] ?? "";
      const hops = (Array.isArray(forwarded) ? forwarded.join(",") : forwarded).split(",").slice(-MAX_HOPS);
      while (isProxy(address)) {
        const hop = parseAddress(hops.pop() ?? "");
        if (hop === undefined) break;
        address = hop;
      }
      return address;
    },
    isTrusted: (request) => isProxy(connected(request)),
  };
}

/**
 * Parses an address in the notation of sockets and proxies: with a port (`192.0.2.1:80`, `[2001:db8::1]:80`), quoted, with
 * a zone (`fe80::1%eth0`), or IPv4 as IPv6 (`::ffff:192.0.2.1`).
 * @returns the canonical form (RFC 5952, lower case); undefined if the text is not an address
 */
export function parseAddress(text: string): string | undefined {
  if (isIPv4(text)) return text;
  if (text.startsWith("::ffff:") && isIPv4(text.slice(7))) return text.slice(7);
  if (text.length > 100) return undefined;
  const bare = text
    .trim()
    .replace(/^"(.*)"$/, "$1")
    .trim();
  const bracketed = /^\[([^\]]+)\](?::[\w.-]*)?$/.exec(bare)?.[1];
  const found = [bracketed ?? bare, ...(bracketed === undefined ? [bare.replace(/:[\w.-]*$/, "")] : [])]
    .map((candidate) => candidate.replace(/%[\w.%-]+$/, ""))
    .find((candidate) => isIP(candidate) !== 0);
  if (found === undefined || !isIPv6(found)) return found;
  const address = new URL(`http://[${found}]`).hostname.slice(1, -1);
  const mapped = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(address);
  if (!mapped) return address;
  const [high, low] = mapped.slice(1).map((group) => Number.parseInt(group, 16)) as [number, number];
  return [high >> 8, high & 255, low >> 8, low & 255].join(".");
}

/**
 * Returns the key by which limits are counted: an IPv4 address, or the /64 of an IPv6 address, which is usually one machine.
 * @param address from {@link Peers.addressOf}; any other text is its own key
 */
export function addressBucket(address: string): string {
  if (!isIPv6(address) || isLoopback(address)) return address;
  const [head = "", tail] = address.split("::");
  const start = head === "" ? [] : head.split(":");
  const end = tail ? tail.split(":") : [];
  const missing = tail === undefined ? 0 : 8 - start.length - end.length;
  const groups = [...start, ...Array.from({ length: Math.max(0, missing) }, () => "0"), ...end];
  return `${groups.slice(0, 4).join(":")}::/64`;
}

export const isLoopback = (address: string): boolean => address === "::1" || address.startsWith("127.");

const familyOf = (address: string) => (isIPv6(address) ? "ipv6" : "ipv4");
