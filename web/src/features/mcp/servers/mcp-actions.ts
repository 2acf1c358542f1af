import type { Job } from "../../../../../shared/protocol/job.ts";
import type { McpServer } from "../../../../../shared/protocol/mcp.ts";
import { api } from "../../../lib/api.ts";
import { useJobs } from "../../../lib/jobs/jobs.ts";
import { queryKeys, useInvalidate } from "../../../lib/queries.ts";
import { visibleName } from "../../../lib/terminal-text.ts";
import { createResourceActions } from "../../../resource/resource-actions.ts";
import { confirm } from "../../../ui/index.ts";
import { mcpMessages } from "../messages.ts";

export type McpAction = "start" | "stop" | "restart" | "update" | "delete";

/** Actions on MCP servers, one at a time for each. */
export function createMcpActions() {
  const jobs = useJobs();
  const invalidate = useInvalidate();
  const { pending, run, runJob } = createResourceActions<Pick<McpServer, "id" | "name">, McpAction>({
    id: ({ id }) => id,
    done: ({ name }, action) => `${visibleName(name)} ${mcpMessages.done[action]}`,
    refetch: () => invalidate(queryKeys.mcp),
    followJob: (job: Job) => jobs.started(job),
  });
  return {
    pending,
    start: (server: McpServer) => run(server, "start", () => api.mcp.start(server.id)),
    stop: (server: McpServer) => run(server, "stop", () => api.mcp.stop(server.id)),
    restart: (server: McpServer) => run(server, "restart", () => api.mcp.restart(server.id)),
    /** Installs the newest version of what npx or uvx runs, as a job. */
    update: (server: McpServer) => runJob(server, "update", () => api.mcp.updateProgram(server.id)),
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
