import { type EngineConnection, queuedBytes } from "./fanout/send-queue.ts";
import { createTokenBucket } from "./token-bucket.ts";

/** Messages of one connection, all its namespaces together: a page that opens sends dozens, and no person sends so many a second. */
const MESSAGES_PER_SECOND = 100;
const MESSAGE_BURST = 1_000;
/** Unsent bytes beyond which a peer that keeps asking does not read its answers. */
const UNREAD_MAX_BYTES = 4 * 1024 * 1024;

export interface GuardedConnection extends Omit<EngineConnection, "on"> {
  on(event: "packet", listener: (packet: { type: string }) => void): void;
  close(discard: true): void;
}

/**
 * Cuts a peer that floods, or that asks on and on without reading what it is answered: every namespace, and what
 * Socket.IO itself answers before any handler of ours sees it, passes here.
 */
export function guardConnection(connection: GuardedConnection): void {
  const bucket = createTokenBucket(MESSAGES_PER_SECOND, MESSAGE_BURST);
  connection.on("packet", ({ type }) => {
    if (type !== "message") return;
    if (!bucket.take() || queuedBytes(connection as unknown as EngineConnection) > UNREAD_MAX_BYTES)
      connection.close(true);
  });
}
