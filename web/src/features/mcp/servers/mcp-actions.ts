import type { McpServer } from "../../../../../shared/protocol/mcp.ts";
import { api } from "../../../lib/api.ts";
import { queryKeys, useInvalidate } from "../../../lib/queries.ts";
import { visibleName } from "../../../lib/terminal-text.ts";
import { createResourceActions } from "../../../resource/resource-actions.ts";
import { confirm } from "../../../ui/index.ts";
import { mcpMessages } from "../messages.ts";

export type McpAction = "start" | "stop" | "delete";

/** Starts, stops and deletes MCP servers; one action at a time for each server. */
export function createMcpActions() {
  const invalidate = useInvalidate();
  const { pending, run } = createResourceActions<Pick<McpServer, "id" | "name">, McpAction>({
    id: ({ id }) => id,
    done: ({ name }, action) => `${visibleName(name)} ${mcpMessages.done[action]}`,
    refetch: () => invalidate(queryKeys.mcp),
  });
  return {
    pending,
    start: (server: McpServer) => run(server, "start", () => api.mcp.start(server.id)),
    stop: (server: McpServer) => run(server, "stop", () => api.mcp.stop(server.id)),
    /** Asks first. */
    async remove(server: McpServer): Promise<void> {
      const name = visibleName(server.name);
      const yes = await confirm({
        title: mcpMessages.deleteTitle(name),
        body: mcpMessages.deleteNote(name),
        action: mcpMessages.delete,
        danger: true,
      });
      if (yes) await run(server, "delete", () => api.mcp.remove(server.id));
    },
  };
}

export type McpActions = ReturnType<typeof createMcpActions>;
