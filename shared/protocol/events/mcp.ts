import { z } from "zod";
import { opaqueId } from "../identifier.ts";
import type { McpServerStatus } from "../mcp.ts";
import type { Acknowledgement, ErrorCode } from "../result.ts";
import type { AliveClientToServer } from "./alive.ts";

export const mcpMembership = z.strictObject({ serverId: opaqueId });

export interface McpClientToServer extends AliveClientToServer {
  join: (membership: z.input<typeof mcpMembership>, ack?: Acknowledgement) => void;
  leave: (membership: z.input<typeof mcpMembership>, ack?: Acknowledgement) => void;
}

export const mcpLogSchema = z.object({
  serverId: z.string(),
  source: z
    .enum(["stderr", "notification"])
    .describe("`stderr`: output of the process; `notification`: logging message of the protocol."),
  level: z.string(),
  data: z.string(),
  timestamp: z.iso.datetime(),
});
export type McpLog = z.infer<typeof mcpLogSchema>;

/** Progress of a call, as the server reports it; at most five events a second. */
export interface McpProgress {
  serverId: string;
  /** Id of the call, chosen by the caller. */
  progressId: string;
  progress: number;
  total?: number;
  message?: string;
  /** ISO 8601. */
  timestamp: string;
}

export interface McpChange {
  serverId: string;
  /** ISO 8601. */
  timestamp: string;
}

export interface McpServerToClient {
  joined: (membership: { serverId: string }) => void;
  status: (status: { serverId: string; status: McpServerStatus; message?: string; timestamp: string }) => void;
  log: (log: McpLog) => void;
  "tool:progress": (progress: McpProgress) => void;
  /** The server offers other tools, resources or prompts. */
  "tools:changed": (change: McpChange) => void;
  "resources:changed": (change: McpChange) => void;
  "prompts:changed": (change: McpChange) => void;
  /** The content of a resource with a subscription changed. */
  "resource:updated": (change: McpChange & { uri: string }) => void;
  /** Requests of the server that wait for a person came or went. */
  "requests:changed": (change: McpChange & { pending: number }) => void;
  /** Messages were exchanged; at most one event a second. */
  "wire:changed": (change: McpChange & { last: number }) => void;
  /** The list of registered servers changed; sent to the whole namespace. */
  "mcp:changed": (change: { serverId?: string; action: string; timestamp: string }) => void;
  /** Calls through the gateway started or ended; sent to the whole namespace, at most twice a second. */
  "gateway:calls": (calls: { running: number; timestamp: string }) => void;
  /** Settings, servers, clients or sessions of the gateway changed; sent to the whole namespace. */
  "gateway:changed": (change: { timestamp: string }) => void;
  error: (error: { serverId?: string; message: string; code: ErrorCode }) => void;
}
