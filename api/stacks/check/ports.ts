import { readFileSync } from "node:fs";
import type { Value } from "./document.ts";
import { itemsOf, textOf } from "./document.ts";
import type { HostPort, Span } from "./span.ts";

/** Ports of one range that are compared. */
const MAX_RANGE = 200;

/**
 * The host ports that a service's `ports` publish. Ports in variables and ports that Docker chooses are left out.
 * @param limit Largest number of ports that are returned.
 */
export function publishedPorts(ports: Value | undefined, limit = Number.POSITIVE_INFINITY): HostPort[] {
  const found: HostPort[] = [];
  for (const item of itemsOf(ports)) {
    if (found.length >= limit) break;
    found.push(...portsOf(item));
  }
  return found.slice(0, limit);
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
  const to = Math.min(last === undefined ? from : Number(last), from + MAX_RANGE);
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => ({
    address: isAnyAddress(address) ? "" : address,
    port: from + index,
    protocol,
    start,
    end,
  }));
}

export const isAnyAddress = (address: string): boolean => address === "" || address === "0.0.0.0" || address === "::";

/** Whether two ports cannot be published at the same time. */
export const conflicts = (
  a: Pick<HostPort, "address" | "port" | "protocol">,
  b: Pick<HostPort, "address" | "port" | "protocol">,
): boolean =>
  a.port === b.port && a.protocol === b.protocol && (a.address === b.address || a.address === "" || b.address === "");

/** TCP ports that programs on this host listen on, from `/proc`; empty where `/proc` does not exist. */
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

/** The kernel writes the bytes of an IPv4 address in reverse order. Of IPv6 only mapped addresses are compared. */
const toAddress = (hex: string): string => {
  const last = hex.length === 8 ? hex : hex.slice(-8);
  return (last.match(/../g) ?? [])
    .reverse()
    .map((byte) => Number.parseInt(byte, 16))
    .join(".");
};
