import type { z } from "zod";
import type { changeMcpServer, createMcpServer, McpSupervisionChange } from "../../../../shared/protocol/mcp.ts";
import { answer, part, routes } from "./request.ts";

export type McpServerInput = z.input<typeof createMcpServer>;
export type McpServerChange = z.input<typeof changeMcpServer>;

const at = (id: string) => ({ param: { id: part(id) } });
const one = () => routes().mcp[":id"];

export const mcp = {
  list: () => answer(routes().mcp.$get()),
  get: async (id: string) => (await answer(one().$get(at(id)))).server,
  create: async (json: McpServerInput) => (await answer(routes().mcp.$post({ json }))).server,
  update: async (id: string, json: McpServerChange) => (await answer(one().$put({ ...at(id), json }))).server,
  remove: (id: string) => answer(one().$delete(at(id))),
  start: async (id: string) => (await answer(one().start.$post(at(id)))).server,
  stop: async (id: string) => (await answer(one().stop.$post(at(id)))).server,
  restart: async (id: string) => (await answer(one().restart.$post(at(id)))).server,
  supervise: async (id: string, json: McpSupervisionChange) =>
    (await answer(one().supervision.$patch({ ...at(id), json }))).server,
  updateProgram: async (id: string) => (await answer(one().update.$post(at(id)))).job,
  tools: async (id: string) => (await answer(one().tools.$get(at(id)))).tools,
  callTool: async (
    id: string,
    name: string,
    args: Record<string, unknown>,
    signal?: AbortSignal,
    progressId?: string,
  ): Promise<unknown> => {
    const json = { name, arguments: args, progressId };
    return (await answer(one().tools.call.$post({ ...at(id), json }, { init: { signal } }))).result;
  },
  log: async (id: string) => (await answer(one().log.$get(at(id)))).entries,
};
