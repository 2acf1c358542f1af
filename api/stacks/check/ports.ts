import { readFileSync } from "node:fs";
import type { Span, Value } from "./document.ts";
import { itemsOf, textOf } from "./document.ts";

export interface HostPort extends Span {
  /** Empty for all addresses. */
  address: string;
  port: number;
  protocol: string;
}

/** Ports of a range that are looked at one by one. */
const RANGE_MAX = 200;

/**
 * Ports of the host that a service's `ports` publish, as far as they are told: variables and chosen-by-Docker are not.
 * @param most Of so many ports the rest is left out.
 */
export function publishedPorts(ports: Value | undefined, most = Number.POSITIVE_INFINITY): HostPort[] {
  const found: HostPort[] = [];
  for (const item of itemsOf(ports)) {
    if (found.length >= most) break;
    found.push(...portsOf(item));
  }
  return found.slice(0, most);
}

function portsOf(item: Value): HostPort[] {
  if (item.kind === "map") {
    const part = (name: string) => textOf(item.entries.get(name)?.value) ?? "";
    return expand(part("published"), part("host_ip"), part("protocol") || "tcp", item);
  }
  const text = textOf(item) ?? "";
  const [, rest = "", protocol = "tcp"] = /^(.*?)(?:\/(tcp|udp|sctp))?$/i.exec(text) ?? [];
  const parts = /^(?:(\[[^\]]*\]|[^:]*):)?([^:]*):([^:]+)$/.exec(rest);
  return parts ? expand(parts[2] ?? "", (parts[1] ?? "").replace(/[[\]]/g, ""), protocol.toLowerCase(), item) : [];
}

function expand(published: string, address: string, protocol: string, { start, end }: Span): HostPort[] {
  const [, first, last] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(published) ?? [];
  if (first === undefined) return [];
  const from = Number(first);
  const to = Math.min(last === undefined ? from : Number(last), from + RANGE_MAX);
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => ({
    address: isAny(address) ? "" : address,
    port: from + index,
    protocol,
    start,
    end,
  }));
}

export const isAny = (address: string): boolean => address === "" || address === "0.0.0.0" || address === "::";

export const clash = (
  one: Pick<HostPort, "address" | "port" | "protocol">,
  other: Pick<HostPort, "address" | "port" | "protocol">,
): boolean =>
  one.port === other.port &&
  one.protocol === other.protocol &&
  (one.address === other.address || one.address === "" || other.address === "");

/** TCP ports that something on this host listens on, as `/proc` tells; nothing where there is none. */
export function listeningPorts(): Pick<HostPort, "address" | "port" | "protocol">[] {
  return ["/proc/net/tcp", "/proc/net/tcp6"].flatMap((path) => {
    try {
      return readFileSync(path, "utf8").split("\n").slice(1).flatMap(toListener);
    } catch {
      return [];
    }
  });
}

function toListener(line: string): Pick<HostPort, "address" | "port" | "protocol">[] {
  const [, local = "", , state] = line.trim().split(/\s+/);
  const [address = "", port = ""] = local.split(":");
  if (state !== "0A") return []; // LISTEN
  return [
    { address: /^0+$/.test(address) ? "" : toAddress(address), port: Number.parseInt(port, 16), protocol: "tcp" },
  ];
}

/** The kernel writes the four bytes of an IPv4 address backwards; of IPv6 only the mapped ones are compared. */
const toAddress = (hex: string): string => {
  const last = hex.length === 8 ? hex : hex.slice(-8);
  return (last.match(/../g) ?? [])
    .reverse()
    .map((byte) => Number.parseInt(byte, 16))
    .join(".");
};
