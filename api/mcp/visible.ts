import { may, type Principal } from "../../shared/protocol/access.ts";
import type { McpServer } from "../../shared/protocol/mcp.ts";

/** Hides arguments and queries, which may hold keys, from callers who may not change a server. */
export function visibleTo(principal: Principal, server: McpServer): McpServer {
  if (may(principal, "mcp:manage")) return server;
  const { transport } = server;
  if (transport.type === "stdio") return { ...server, transport: { ...transport, args: [] } };
  const { origin, pathname } = new URL(transport.url);
  return { ...server, transport: { ...transport, url: `${origin}${pathname}` } };
}
