import { mcpMembership } from "../../shared/protocol/events/mcp.ts";
import { mcpRoom } from "../../shared/protocol/rooms.ts";
import { AppError } from "../../shared/server/errors.ts";
import type { RealtimeDeps } from "../deps.ts";
import { createHandle, handleAlive } from "./handle.ts";
import type { NamespaceOf, RegisteredNamespace, SocketServer } from "./namespace.ts";

/** MCP servers one socket may watch at once. */
const MAX_MEMBERSHIPS = 64;

/** Registers the rooms of MCP servers. Their events come from the API, which runs the servers. */
export function registerMcp(io: SocketServer, { log }: Pick<RealtimeDeps, "log">): RegisteredNamespace {
  const namespace: NamespaceOf<"mcp"> = io.of("/mcp");
  namespace.on("connection", (socket) => {
    // Socket.IO removes a disconnected socket from its rooms.
    const handle = createHandle({ socket: socket, log, echo: ["serverId"], release() {} });
    handleAlive(handle);
    const server = ({ serverId }: { serverId: string }) => serverId;
    handle.join("join", mcpMembership, server, ({ serverId }) => {
      if (socket.rooms.size > MAX_MEMBERSHIPS) {
        throw new AppError("rate_limited", `One connection watches at most ${MAX_MEMBERSHIPS} servers.`);
      }
      void socket.join(mcpRoom(serverId));
      socket.emit("joined", { serverId });
      return { serverId };
    });
    handle.leave("leave", mcpMembership, server, ({ serverId }) => {
      void socket.leave(mcpRoom(serverId));
      return { serverId };
    });
  });
  return { activeStreams: 0, close() {} };
}
