import { lookup } from "node:dns/promises";
import { BlockList, isIP } from "node:net";
import { canonicalHost } from "../../shared/protocol/allowed-entry.ts";
import { AppError } from "../../shared/server/errors.ts";
import type { OwnAddresses } from "./own-addresses.ts";

/** All ranges that are not public addresses of the internet. IPv4 inside IPv6 is checked as IPv4. */
const inner = new BlockList();
for (const [network, prefix] of [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 3],
] as const) {
  inner.addSubnet(network, prefix, "ipv4");
}
for (const [network, prefix] of [
  ["::", 96],
  ["64:ff9b::", 32],
  ["100::", 64],
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["3fff::", 20],
  ["5f00::", 16],
  ["fc00::", 7],
  ["fe80::", 10],
  ["fec0::", 10],
  ["ff00::", 8],
] as const) {
  inner.addSubnet(network, prefix, "ipv6");
}

export const isInnerAddress = (address: string): boolean => inner.check(address, isIP(address) === 6 ? "ipv6" : "ipv4");

/** A checked server: its name for TLS and the `Host` header, and the addresses for the connection. */
export interface PinnedAddress {
  url: URL;
  /** All addresses of the name, in the order of the resolver; at least one. */
  addresses: readonly string[];
}

export interface AddressRules {
  /** Checks a URL without a DNS look-up. @throws AppError `invalid_input`; `forbidden` with how to allow it */
  check(url: string): URL;
  /** Resolves the name once and checks all its addresses. @throws AppError as `check`, and `upstream_unavailable` */
  pin(url: string): Promise<PinnedAddress>;
  /** The same for a server other than a web server, by name or address; returns the addresses for the connection. */
  pinHost(host: string, port: number): Promise<readonly string[]>;
}

/**
 * Creates rules that keep outgoing requests away from private networks and from the host's own addresses, except listed
 * hosts (`name` or `name:port`).
 *
 * @param allowedHosts Returns the listed hosts of now.
 * @param setting Name of the list, for the refusal.
 */
export function createAddressRules(
  allowedHosts: () => readonly string[],
  setting: string,
  own: OwnAddresses,
): AddressRules {
  const isListed = ({ hostname, port }: HostAndPort) => {
    const host = canonicalHost(hostname) ?? hostname;
    const allowed = allowedHosts().map((entry) => canonicalHost(entry) ?? entry.toLowerCase());
    return allowed.includes(host) || allowed.includes(`${host}:${port}`);
  };
  const refusal = () =>
    new AppError(
      "forbidden",
      `Private addresses and addresses of this host are blocked. An administrator can allow the host in Settings (${setting}).`,
    );
  const isInside = (address: string) => isInnerAddress(address) || own.includes(address);

  const check = (text: string): URL => {
    const url = URL.canParse(text) ? new URL(text) : undefined;
    if (!url || (url.protocol !== "http:" && url.protocol !== "https:")) {
      throw new AppError("invalid_input", "The address must start with http:// or https://.");
    }
    if (url.username !== "" || url.password !== "") {
      throw new AppError("invalid_input", "The address must not contain a user name; use a header instead.");
    }
    url.hash = "";
    const literal = bareHost(url);
    const inside = isIP(literal) === 0 ? own.isOwnName(literal) : isInside(literal);
    if (inside && !isListed(hostOf(url))) throw refusal();
    return url;
  };

  const resolve = async (where: HostAndPort): Promise<readonly string[]> => {
    await own.refresh();
    let addresses: string[];
    try {
      addresses = (await lookup(bareName(where.hostname), { all: true })).map(({ address }) => address);
    } catch (error) {
      throw new AppError("upstream_unavailable", "The server's name cannot be resolved.", { cause: error });
    }
    // One private address is enough to refuse the name.
    if (!isListed(where) && addresses.some(isInside)) throw refusal();
    if (addresses.length === 0) throw new AppError("upstream_unavailable", "The server's name has no address.");
    return addresses;
  };

  return {
    check,
    async pin(text) {
      const url = check(text);
      return { url, addresses: await resolve(hostOf(url)) };
    },
    pinHost: (host, port) => resolve({ hostname: host.toLowerCase(), port: String(port) }),
  };
}

interface HostAndPort {
  hostname: string;
  port: string;
}

const hostOf = ({ hostname, port, protocol }: URL): HostAndPort => ({
  hostname,
  port: port || (protocol === "https:" ? "443" : "80"),
});
const bareName = (hostname: string): string => hostname.replace(/^\[|\]$/g, "");
const bareHost = (url: URL): string => bareName(url.hostname);
