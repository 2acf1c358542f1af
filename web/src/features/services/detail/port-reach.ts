import type { PublishedPort } from "../../../../../shared/protocol/service.ts";

export type PortReach = "inside" | "host" | "public";

const isLoopback = (address: string) => address.startsWith("127.") || address === "::1";

/** From where a port can be reached: only inside its networks, from the host itself, or from every network of the host. */
export function reachOf({ hostIp, hostPort }: PublishedPort): PortReach {
  if (hostPort === undefined) return "inside";
  return hostIp !== undefined && isLoopback(hostIp) ? "host" : "public";
}

/** Where a browser that opened the panel at `panelHost` finds a published port; a loopback port only on the host itself. */
export function linkOf(port: PublishedPort, panelHost: string): string | undefined {
  const reach = reachOf(port);
  if (port.protocol !== "tcp" || reach === "inside") return undefined;
  const isHere = panelHost === "localhost" || isLoopback(panelHost.replace(/^\[|\]$/g, ""));
  if (reach === "host" && !isHere) return undefined;
  return `${port.containerPort === 443 ? "https" : "http"}://${panelHost}:${port.hostPort}/`;
}
