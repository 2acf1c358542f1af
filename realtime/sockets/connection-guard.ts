import type { Buffer } from "node:buffer";
import { type EngineConnection, queuedBytes } from "../fanout/send-queue.ts";
import { createTokenBucket } from "./token-bucket.ts";

/** Rate limit of messages per connection, over all its namespaces: a page that opens sends dozens. */
const MESSAGES_PER_SECOND = 100;
const MESSAGE_BURST = 1_000;
/** Bytes of binary attachments that wait for the rest of their event; without it, eleven of the largest would be 700 KB per connection. */
const ATTACHMENTS_MAX_BYTES = 256 * 1024;
/** Unsent bytes beyond which a peer that keeps sending requests counts as not reading. */
const UNREAD_MAX_BYTES = 4 * 1024 * 1024;

export interface GuardedConnection extends Omit<EngineConnection, "on"> {
  on(event: "packet", listener: (packet: { type: string; data?: string | Buffer }) => void): void;
  close(discard: true): void;
}

/**
 * Closes the connection of a peer that floods the server, or that sends requests without reading the responses. Covers all
 * namespaces, and the packets that Socket.IO responds to itself.
 */
export function guardConnection(connection: GuardedConnection): void {
  const bucket = createTokenBucket(MESSAGES_PER_SECOND, MESSAGE_BURST);
  let attachments = 0;
  connection.on("packet", ({ type, data }) => {
    if (type !== "message") return;
    attachments = typeof data === "object" ? attachments + data.length : 0;
    const unread = queuedBytes(connection as unknown as EngineConnection);
    if (!bucket.take() || attachments > ATTACHMENTS_MAX_BYTES || unread > UNREAD_MAX_BYTES) connection.close(true);
  });
}
