import type { Client, CreateMessageResult, ElicitResult } from "@modelcontextprotocol/client";
import type { McpPeer } from "./peer.ts";

type Json = Record<string, unknown>;

/** Passes requests and reports of a server on to the peer. Called before the handshake. */
export function servePeer(client: Client, peer: McpPeer): void {
  client.setRequestHandler("roots/list", () => ({ roots: peer.roots() }));
  client.setRequestHandler(
    "sampling/createMessage",
    async ({ params }, { mcpReq: { signal } }) =>
      (await peer.answer({ method: "sampling/createMessage", params: params as Json }, signal)) as CreateMessageResult,
  );
  client.setRequestHandler(
    "elicitation/create",
    async ({ params }, { mcpReq: { signal } }) =>
      (await peer.answer({ method: "elicitation/create", params: params as Json }, signal)) as ElicitResult,
  );
  client.setNotificationHandler("notifications/resources/updated", ({ params: { uri } }) =>
    peer.onResourceUpdated(uri),
  );
}
