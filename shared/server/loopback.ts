import { isIPv6 } from "node:net";
import { networkInterfaces } from "node:os";

const IPV4 = "127.0.0.1";
const IPV6 = "::1";

/** Returns the addresses of this machine, without the zones of link-local ones. */
const ownAddresses = (): Set<string> =>
  new Set(Object.values(networkInterfaces()).flatMap((entries = []) => entries.map(({ address }) => address)));

/**
 * Returns the loopback address of this machine: 127.0.0.1, or ::1 if that is the only one. Numeric, since `localhost` can
 * resolve to an address on which no service listens.
 */
export function loopbackAddress(addresses = ownAddresses()): string {
  return !addresses.has(IPV4) && addresses.has(IPV6) ? IPV6 : IPV4;
}

/**
 * Returns the URL at which a program on this machine reaches a service on `host` and `port`: the loopback address if the
 * service listens on all addresses.
 * @param host value of `HOST`: an address or a name
 */
export function localServiceUrl(host: string, port: number | string, addresses?: Set<string>): string {
  const isEveryAddress = host === "0.0.0.0" || /^[0:]+$/.test(host);
  const address = isEveryAddress ? loopbackAddress(addresses) : host;
  return `http://${isIPv6(address) ? `[${address}]` : address}:${port}`;
}
