import { lookup } from "node:dns/promises";
import { BlockList, isIP } from "node:net";
import { networkInterfaces } from "node:os";
import { singleFlight } from "../../shared/server/async/single-flight.ts";
import type { Config } from "../../shared/server/config.ts";

/** Interval at which the panel's public names are resolved again, in milliseconds. */
const NAMES_MS = 60_000;

/** The addresses of this host, including public ones: a request from inside bypasses the firewall that protects them. */
export interface OwnAddresses {
  /** Whether an address belongs to the host, as far as known without a DNS look-up. */
  includes(address: string): boolean;
  /** Whether a host name is a public name of the panel. */
  isOwnName(name: string): boolean;
  /** Resolves the panel's names. Never throws: an unknown name has no addresses. */
  refresh(): Promise<void>;
}

export interface OwnAddressesOptions {
  config: Partial<Pick<Config, "VPS_IP" | "PUBLIC_ORIGIN">>;
  interfaces?: typeof networkInterfaces;
  resolve?: (name: string) => Promise<string[]>;
  now?: () => number;
}

const lookUp = async (name: string) => (await lookup(name, { all: true })).map(({ address }) => address);

export function createOwnAddresses({
  config: { VPS_IP, PUBLIC_ORIGIN = [] },
  interfaces = networkInterfaces,
  resolve = lookUp,
  now = () => performance.now(),
}: OwnAddressesOptions): OwnAddresses {
  const hosts = PUBLIC_ORIGIN.map((origin) => new URL(origin).hostname.replace(/^\[|\]$/g, ""));
  const names = new Set(hosts.filter((host) => isIP(host) === 0));
  const configured = [...hosts.filter((host) => isIP(host) !== 0), ...(VPS_IP === undefined ? [] : [VPS_IP])];
  let resolved: string[] = [];
  let resolvedAt = Number.NEGATIVE_INFINITY;

  const look = singleFlight(async () => {
    const all = await Promise.all([...names].map((name) => resolve(name).catch(() => [])));
    resolved = all.flat();
    resolvedAt = now();
  });
  return {
    includes(address) {
      const family = isIP(address);
      if (family === 0) return false;
      const list = new BlockList();
      const local = Object.values(interfaces()).flatMap((found) => (found ?? []).map((one) => one.address));
      for (const one of [...local, ...configured, ...resolved]) {
        const plain = one.split("%", 1)[0] ?? "";
        if (isIP(plain) !== 0) list.addAddress(plain, isIP(plain) === 6 ? "ipv6" : "ipv4");
      }
      return list.check(address, family === 6 ? "ipv6" : "ipv4");
    },
    isOwnName: (name) => names.has(name.toLowerCase().replace(/\.$/, "")),
    async refresh() {
      if (names.size === 0 || now() - resolvedAt < NAMES_MS) return;
      await look();
    },
  };
}
