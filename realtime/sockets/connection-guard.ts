import type { Buffer } from "node:buffer";
import { type EngineConnection, queuedBytes } from "../fanout/send-queue.ts";
import { createTokenBucket } from "./token-bucket.ts";

/** Messages of one connection, all its namespaces together: a page that opens sends dozens, and no person sends so many a second. */
const MESSAGES_PER_SECOND = 100;
const MESSAGE_BURST = 1_000;
/** Bytes of binary attachments that may wait for the rest of their event: eleven of the largest would make 700 KB a connection. */
const ATTACHMENTS_MAX_BYTES = 256 * 1024;
/** Unsent bytes beyond which a peer that keeps asking does not read its answers. */
const UNREAD_MAX_BYTES = 4 * 1024 * 1024;

export interface GuardedConnection extends Omit<EngineConnection, "on"> {
  on(event: "packet", listener: (packet: { type: string; data?: string | Buffer }) => void): void;
  close(discard: true): void;
}

/**
 * Cuts a peer that floods, or that asks on and on without reading what it is answered: every namespace, and what
 * Socket.IO itself answers before any handler of ours sees it, passes here.
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
