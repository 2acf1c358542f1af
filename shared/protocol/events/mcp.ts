import { z } from "zod";
import { opaqueId } from "../identifier.ts";
import type { McpServerStatus } from "../mcp.ts";
import type { Acknowledgement, ErrorCode } from "../result.ts";

export const mcpMembership = z.strictObject({ serverId: opaqueId });

export interface McpClientToServer {
  join: (membership: z.input<typeof mcpMembership>, ack?: Acknowledgement) => void;
  leave: (membership: z.input<typeof mcpMembership>, ack?: Acknowledgement) => void;
}

export interface McpLog {
  serverId: string;
  /** `stderr`: what the server's process wrote. `notification`: a logging message by the protocol. */
  source: "stderr" | "notification";
  level: string;
  data: string;
  /** ISO 8601. */
  timestamp: string;
}

/** How far a call is, as the server says; at most five a second. */
export interface McpProgress {
  serverId: string;
  /** Of the call, as its caller gave it. */
  progressId: string;
  progress: number;
  total?: number;
  message?: string;
  /** ISO 8601. */
  timestamp: string;
}

export interface McpServerToClient {
  joined: (membership: { serverId: string }) => void;
  status: (status: { serverId: string; status: McpServerStatus; message?: string; timestamp: string }) => void;
  log: (log: McpLog) => void;
  "tool:progress": (progress: McpProgress) => void;
  /** The list of registered servers changed; sent to the whole namespace. */
  "mcp:changed": (change: { serverId?: string; action: string; timestamp: string }) => void;
  error: (error: { serverId?: string; message: string; code: ErrorCode }) => void;
}
