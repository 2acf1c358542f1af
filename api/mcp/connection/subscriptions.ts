import type { McpSubscription } from "@modelcontextprotocol/client";
import { MAX_SUBSCRIPTIONS } from "../../../shared/protocol/mcp-limits.ts";
import { AppError } from "../../../shared/server/errors.ts";
import { messages } from "./messages.ts";
import type { TolerantClient } from "./tolerant-client.ts";

const LIMIT_MS = 15_000;

/** Resources of one server whose changes are followed, over several sessions. */
export interface Subscriptions {
  uris(): string[];
  /** @throws AppError `conflict` when there are too many; errors of the client */
  add(client: TolerantClient, uri: string): Promise<void>;
  remove(client: TolerantClient, uri: string): Promise<void>;
  /** Follows all of them in a new session. One that the server refuses is dropped. */
  renew(client: TolerantClient): Promise<void>;
}

/**
 * Older revisions subscribe to one resource a request. The newer one opens a stream for all of them, which is replaced
 * when they change.
 */
export function createSubscriptions(): Subscriptions {
  /** How many follow each: the panel, and the clients of the gateway together. */
  const uris = new Map<string, number>();
  let stream: { client: TolerantClient; opened: McpSubscription } | undefined;

  const listen = async (client: TolerantClient) => {
    const before = stream;
    stream = undefined;
    if (uris.size > 0) {
      const opened = await client.listen({ resourceSubscriptions: [...uris.keys()] }, { timeout: LIMIT_MS });
      stream = { client, opened };
    }
    if (before?.client === client) await before.opened.close().catch(() => {});
  };
  const subscribe = async (client: TolerantClient, uri: string) => {
    if (client.getProtocolEra() === "modern") return listen(client);
    await client.subscribeResource({ uri }, { timeout: LIMIT_MS });
  };

  return {
    uris: () => [...uris.keys()],
    async add(client, uri) {
      const followers = uris.get(uri);
      if (followers !== undefined) return void uris.set(uri, followers + 1);
      if (!client.getServerCapabilities()?.resources?.subscribe) {
        throw new AppError("conflict", messages.call.noSubscriptions);
      }
      if (uris.size >= MAX_SUBSCRIPTIONS) {
        throw new AppError("conflict", messages.call.tooManySubscriptions(MAX_SUBSCRIPTIONS));
      }
      uris.set(uri, 1);
      try {
        await subscribe(client, uri);
      } catch (error) {
        uris.delete(uri);
        throw error;
      }
    },
    async remove(client, uri) {
      const followers = uris.get(uri);
      if (followers === undefined) return;
      if (followers > 1) return void uris.set(uri, followers - 1);
      uris.delete(uri);
      if (client.getProtocolEra() === "modern") await listen(client);
      else await client.unsubscribeResource({ uri }, { timeout: LIMIT_MS });
    },
    async renew(client) {
      if (client.getProtocolEra() === "modern") return listen(client);
      for (const uri of [...uris.keys()]) await subscribe(client, uri).catch(() => uris.delete(uri));
    },
  };
}
