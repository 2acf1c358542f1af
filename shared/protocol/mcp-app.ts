import { z } from "zod";
import { isAppUri } from "./mcp-app-limits.ts";
import { MAX_URI } from "./mcp-limits.ts";

/** `POST /api/mcp/:id/apps` */
export const openMcpApp = z.strictObject({
  uri: z.string().max(MAX_URI).refine(isAppUri, "must begin with ui://"),
});

/** Addresses outside of the app, by what it may do with them. */
const origins = z.array(z.string());
export const mcpAppDomainsSchema = z.object({
  connectDomains: origins,
  resourceDomains: origins,
  frameDomains: origins,
  baseUriDomains: origins,
});
export type McpAppDomains = z.infer<typeof mcpAppDomainsSchema>;

/** An app that is ready to be framed. */
export const mcpAppViewSchema = z.object({
  path: z.string().describe("Path of the HTML at the API, for a sandboxed frame. Valid once, for a minute."),
  bytes: z.int(),
  domains: mcpAppDomainsSchema.describe("Addresses that the content policy of the app allows."),
  refused: z.array(z.string()).describe("Addresses that the server declares and that are not allowed."),
  permissions: z.array(z.string()).describe("Permissions that the server asks for. None is granted."),
});
export type McpAppView = z.infer<typeof mcpAppViewSchema>;
