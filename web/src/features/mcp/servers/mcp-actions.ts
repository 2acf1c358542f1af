import type { McpServer, McpServerStatus } from "../../../../../shared/protocol/mcp.ts";
import { api } from "../../../lib/api.ts";
import { createPendingActions } from "../../../lib/pending-actions.ts";
import { invalidate, queryKeys } from "../../../lib/queries.ts";
import { visibleName } from "../../../lib/terminal-text.ts";
import { confirm, type Tone, toast } from "../../../ui/index.ts";

export type McpDeed = "start" | "stop" | "delete";

export const looks: Record<McpServerStatus, { tone: Tone; pulse: boolean; text: string }> = {
  running: { tone: "ok", pulse: false, text: "Running" },
  starting: { tone: "info", pulse: true, text: "Starting" },
  stopped: { tone: "neutral", pulse: false, text: "Stopped" },
  failed: { tone: "bad", pulse: false, text: "Failed" },
};

/** Start, stop and delete, one at a time for each server. */
export function createMcpDeeds() {
  const pending = createPendingActions<McpDeed>();
  const run = (server: McpServer, deed: McpDeed, work: () => Promise<unknown>, done: string) =>
    pending.run(
      server.id,
      deed,
      async () => {
        await work();
        toast.success(`${visibleName(server.name)} ${done}`);
        await invalidate(queryKeys.mcp);
      },
      (error) => {
        toast.error(error);
        void invalidate(queryKeys.mcp);
      },
    );
  return {
    pending: (server: Pick<McpServer, "id">) => pending.of(server.id),
    start: (server: McpServer) => run(server, "start", () => api.mcp.start(server.id), "started"),
    stop: (server: McpServer) => run(server, "stop", () => api.mcp.stop(server.id), "stopped"),
    async remove(server: McpServer): Promise<void> {
      const name = visibleName(server.name);
      const yes = await confirm({
        title: `Delete ${name}?`,
        body: `${name} is stopped and its registration is deleted, with the values of its variables and headers. The program itself stays where it is.`,
        action: "Delete server",
        danger: true,
      });
      if (yes) await run(server, "delete", () => api.mcp.remove(server.id), "deleted");
    },
  };
}

export type McpDeeds = ReturnType<typeof createMcpDeeds>;
