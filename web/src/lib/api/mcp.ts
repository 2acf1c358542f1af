import type { z } from "zod";
import type { McpLog } from "../../../../shared/protocol/events/mcp.ts";
import type { changeMcpServer, createMcpServer, McpServer, McpTool } from "../../../../shared/protocol/mcp.ts";
import { request } from "./request.ts";

export type McpServerInput = z.input<typeof createMcpServer>;
export type McpServerChange = z.input<typeof changeMcpServer>;

const at = (id: string) => `/mcp/${encodeURIComponent(id)}`;
const server = async (answer: Promise<{ server: McpServer }>) => (await answer).server;

export const mcp = {
  list: () => request<{ servers: McpServer[] }>("GET", "/mcp"),
  get: (id: string) => server(request("GET", at(id))),
  create: (body: McpServerInput) => server(request("POST", "/mcp", { body })),
  update: (id: string, body: McpServerChange) => server(request("PUT", at(id), { body })),
  remove: (id: string) => request("DELETE", at(id)),
  start: (id: string) => server(request("POST", `${at(id)}/start`)),
  stop: (id: string) => server(request("POST", `${at(id)}/stop`)),
  tools: async (id: string) => (await request<{ tools: McpTool[] }>("GET", `${at(id)}/tools`)).tools,
  callTool: async (id: string, name: string, args: Record<string, unknown>, signal?: AbortSignal) =>
    (
      await request<{ result: unknown }>("POST", `${at(id)}/tools/call`, {
        body: { name, arguments: args },
        ...(signal ? { signal } : {}),
      })
    ).result,
  log: async (id: string) => (await request<{ entries: McpLog[] }>("GET", `${at(id)}/log`)).entries,
};
