import { isIPv6 } from "node:net";
import { networkInterfaces } from "node:os";

const IPV4 = "127.0.0.1";
const IPV6 = "::1";

/** Addresses of this machine, without the zone of link-local ones. */
const ownAddresses = (): Set<string> =>
  new Set(Object.values(networkInterfaces()).flatMap((entries = []) => entries.map(({ address }) => address)));

/**
 * The loopback address that this machine has: 127.0.0.1, or ::1 where that is the only one.
 * By number, since the name `localhost` may resolve to an address that no service listens on.
 */
export function loopbackAddress(addresses = ownAddresses()): string {
  return !addresses.has(IPV4) && addresses.has(IPV6) ? IPV6 : IPV4;
}

/**
 * The URL at which a program of this machine reaches a service that listens on `host` and `port`.
 * A service that listens on all addresses is reached by loopback.
 * @param host `HOST` as it is configured: an address or a name
 */
export function localServiceUrl(host: string, port: number | string, addresses?: Set<string>): string {
  const isEveryAddress = host === "0.0.0.0" || /^[0:]+$/.test(host);
  const address = isEveryAddress ? loopbackAddress(addresses) : host;
  return `http://${isIPv6(address) ? `[${address}]` : address}:${port}`;
}
