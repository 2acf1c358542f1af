import type { McpLogLevel, McpRoot } from "../../../shared/protocol/mcp-workbench.ts";

export type McpListKind = "tools" | "resources" | "prompts";
export type McpDirection = "sent" | "received";

/** A request of a server that is answered on behalf of a person. */
export interface PeerRequest {
  method: "sampling/createMessage" | "elicitation/create";
  params: Record<string, unknown>;
}

/** The client side of a connection: what a server may ask for, and what it reports. */
export interface McpPeer {
  /** The list may have changed: also after a new session, which may be another process behind the same address. */
  onListChanged(kind: McpListKind): void;
  onResourceUpdated(uri: string): void;
  /**
   * Each JSON-RPC message, before it is checked. Must not change it.
   *
   * @param ofProgram whether it is, or may be, about a call of a program behind the gateway
   */
  onMessage(direction: McpDirection, message: unknown, ofProgram?: boolean): void;
  roots(): McpRoot[];
  /** Level of the logging messages that the server is asked for. */
  logLevel(): McpLogLevel;
  /** Resolves with the result of the protocol. @throws ProtocolError for a refusal */
  answer(request: PeerRequest, signal: AbortSignal): Promise<Record<string, unknown>>;
}
