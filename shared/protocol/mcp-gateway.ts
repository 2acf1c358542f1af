import { z } from "zod";
import { opaqueId } from "./identifier.ts";
import { gatewayCallStates, gatewayItemKinds, gatewayLimits } from "./mcp-gateway-limits.ts";

const { timeoutSeconds, callsPerMinute } = gatewayLimits;
const timeout = z.int().min(timeoutSeconds.min).max(timeoutSeconds.max);
const rate = z.int().min(callsPerMinute.min).max(callsPerMinute.max);

/** `PUT /api/mcp-gateway`. */
export const changeGateway = z.strictObject({
  enabled: z.boolean(),
  nameSpacing: z
    .boolean()
    .describe("Whether names of tools and prompts begin with that of their server, as in `files__read`."),
  timeoutSeconds: timeout.describe("Longest call of a server without a limit of its own."),
  callsPerMinute: rate.describe("Calls of a key without a limit of its own."),
});
export type ChangeGateway = z.output<typeof changeGateway>;

/** Longest list of switched-off items of one kind. */
export const HIDDEN_MAX = 2_000;
const hiddenNames = z.array(z.string().min(1).max(2_048)).max(HIDDEN_MAX).default([]);

/** `PUT /api/mcp-gateway/servers/:id`. */
export const changeGatewayServer = z.strictObject({
  enabled: z.boolean(),
  timeoutSeconds: timeout.nullable().default(null).describe("null: that of the gateway."),
  callsPerMinute: rate.nullable().default(null).describe("Calls of all keys together; null: no limit."),
  hidden: z
    .strictObject({ tool: hiddenNames, resource: hiddenNames, template: hiddenNames, prompt: hiddenNames })
    .prefault({})
    .describe("Items that are switched off: names of tools and prompts, addresses of resources and templates."),
});
export type ChangeGatewayServer = z.output<typeof changeGatewayServer>;

/** `PUT /api/mcp-gateway/clients/:id`. */
export const changeGatewayClient = z.strictObject({
  servers: z.array(opaqueId).max(100).nullable().describe("Ids of the servers that the key reaches; null: all."),
  callsPerMinute: rate.nullable().default(null).describe("null: the limit of the gateway."),
});
export type ChangeGatewayClient = z.output<typeof changeGatewayClient>;

/** A server as the gateway sees it. */
export const gatewayServerSchema = changeGatewayServer.extend({
  id: z.string(),
  name: z.string(),
  prefix: z.string().describe("What its names begin with, before `__`."),
});
export type GatewayServer = z.infer<typeof gatewayServerSchema>;

/** An API key with the scope `mcp:call`. */
export const gatewayClientSchema = changeGatewayClient.extend({
  id: z.string().describe("Id of the API key."),
  name: z.string(),
  owner: z.string(),
  expiresAt: z.iso.datetime(),
  sessions: z.int(),
});
export type GatewayClient = z.infer<typeof gatewayClientSchema>;

export const gatewaySchema = changeGateway.extend({
  path: z.string().describe("Path of the gateway at this origin."),
  sessions: z.int(),
  servers: z.array(gatewayServerSchema),
  clients: z.array(gatewayClientSchema),
});
export type Gateway = z.infer<typeof gatewaySchema>;

/** Something a server offers through the gateway. */
export const gatewayItemSchema = z.object({
  kind: z.enum(gatewayItemKinds),
  serverId: z.string(),
  name: z.string().describe("Name or address at the server."),
  exposedAs: z.string().describe("Name or address that clients see."),
  description: z.string(),
  enabled: z.boolean(),
  note: z
    .enum(["shortened", "changed", "collision"])
    .nullable()
    .describe("Why clients see another name than the usual one: too long, characters that clients refuse, or taken."),
});
export type GatewayItem = z.infer<typeof gatewayItemSchema>;

/** One call through the gateway. Arguments and results are never kept. */
export const gatewayCallSchema = z.object({
  id: z.string(),
  keyId: z.string(),
  keyName: z.string(),
  client: z.string().describe("Name and version that the program gives itself."),
  serverId: z.string(),
  serverName: z.string(),
  method: z.string(),
  target: z.string().describe("Tool, prompt or resource."),
  state: z.enum(gatewayCallStates),
  startedAt: z.iso.datetime(),
  durationMs: z.number().nullable().describe("null while it runs."),
  requestBytes: z.int(),
  responseBytes: z.int().nullable(),
});
export type GatewayCall = z.infer<typeof gatewayCallSchema>;

/** Calls in one response of the history. */
export const GATEWAY_CALLS_MAX = 200;
