import { z } from "zod";
import type { McpLog } from "../../shared/protocol/events/mcp.ts";
import { type McpServer, type McpTool, mcpServerStatuses } from "../../shared/protocol/mcp.ts";

export const mcpServerSchema = z.object({
  id: z.string(),
  name: z.string(),
  transport: z.union([
    z.object({
      type: z.literal("stdio"),
      command: z.string(),
      args: z.array(z.string()),
      envNames: z.array(z.string()).describe("The values never come back."),
    }),
    z.object({ type: z.literal("http"), url: z.string(), headerNames: z.array(z.string()) }),
  ]),
  status: z.enum(mcpServerStatuses),
  message: z.string().nullable().describe("Why it failed."),
  serverInfo: z.object({ name: z.string(), version: z.string() }).nullable(),
  createdAt: z.iso.datetime(),
}) satisfies z.ZodType<McpServer>;

export const mcpToolSchema = z.object({
  name: z.string(),
  title: z.string().optional(),
  description: z.string().optional(),
  inputSchema: z.record(z.string(), z.unknown()).describe("JSON Schema of the arguments."),
  problem: z.string().optional().describe("What is wrong with the server's description of it."),
}) satisfies z.ZodType<McpTool>;

export const mcpLogSchema = z.object({
  serverId: z.string(),
  source: z.enum(["stderr", "notification"]),
  level: z.string(),
  data: z.string(),
  timestamp: z.iso.datetime(),
}) satisfies z.ZodType<McpLog>;

/**
 * As the server gave it: content parts, structured content, or `isError` with what went wrong. A part that is not valid is text,
 * and `_meta["ai-desktop/problems"]` names it.
 */
export const mcpResultSchema = z.record(z.string(), z.unknown());
