import type { McpUpstream } from "../host/host.ts";
import { errorCodes, RpcError } from "./json-rpc.ts";
import { messages } from "./messages.ts";
import type { Session } from "./session.ts";

/** Resources that one session follows. */
const MAX_PER_SESSION = 200;
/** Shortest time between two notices about one resource, in milliseconds. */
const UPDATE_MS = 100;

interface Followed {
  serverId: string;
  address: string;
  sessions: Set<Session>;
  /** A notice that waits. */
  timer?: NodeJS.Timeout;
}

/** Follows resources of servers, once for all sessions. */
export interface Subscriptions {
  /** @throws RpcError when the server refuses */
  add(session: Session, serverId: string, address: string, shownAs: string): Promise<void>;
  remove(session: Session, serverId: string, address: string): Promise<void>;
  removeAll(session: Session): void;
  /** The server is no longer offered. */
  removeServer(serverId: string): void;
  /** The server says that a resource changed. */
  updated(serverId: string, address: string): void;
  /** Subscribes again at a server that started anew. */
  renew(serverId: string): void;
}

export function createSubscriptions(
  upstream: (serverId: string) => Pick<McpUpstream, "subscribe" | "unsubscribe">,
): Subscriptions {
  const followed = new Map<string, Followed>();
  const keyOf = (serverId: string, address: string) => `${serverId} ${address}`;

  const drop = async (session: Session, key: string) => {
    session.subscriptions.delete(key);
    const entry = followed.get(key);
    if (!entry?.sessions.delete(session) || entry.sessions.size > 0) return;
    clearTimeout(entry.timer);
    followed.delete(key);
    try {
      await upstream(entry.serverId).unsubscribe(entry.address);
    } catch {
      // the server has ended, and with it its subscriptions
    }
  };

  return {
    async add(session, serverId, address, shownAs) {
      const key = keyOf(serverId, address);
      if (session.subscriptions.size >= MAX_PER_SESSION && !session.subscriptions.has(key)) {
        throw new RpcError(errorCodes.refused, messages.tooManySubscriptions(MAX_PER_SESSION));
      }
      const entry = followed.get(key) ?? { serverId, address, sessions: new Set<Session>() };
      const isFirst = entry.sessions.size === 0;
      followed.set(key, entry);
      entry.sessions.add(session);
      session.subscriptions.set(key, shownAs);
      if (!isFirst) return;
      try {
        await upstream(serverId).subscribe(address);
      } catch (error) {
        session.subscriptions.delete(key);
        entry.sessions.delete(session);
        if (entry.sessions.size === 0) followed.delete(key);
        const { code, message } = error as { code?: unknown; message?: unknown };
        throw new RpcError(Number.isSafeInteger(code) ? Number(code) : errorCodes.refused, String(message));
      }
      if (session.ended) await drop(session, key);
    },
    remove: (session, serverId, address) => drop(session, keyOf(serverId, address)),
    removeAll(session) {
      for (const key of [...session.subscriptions.keys()]) void drop(session, key);
    },
    removeServer(serverId) {
      for (const [key, entry] of [...followed]) {
        if (entry.serverId === serverId) for (const session of [...entry.sessions]) void drop(session, key);
      }
    },
    updated(serverId, address) {
      const key = keyOf(serverId, address);
      const entry = followed.get(key);
      if (!entry || entry.timer) return;
      entry.timer = setTimeout(() => {
        entry.timer = undefined;
        for (const session of entry.sessions) {
          session.notify("notifications/resources/updated", { uri: session.subscriptions.get(key) ?? address });
        }
      }, UPDATE_MS);
      entry.timer.unref();
    },
    renew(serverId) {
      for (const entry of followed.values()) {
        if (entry.serverId !== serverId) continue;
        upstream(serverId)
          .subscribe(entry.address)
          .catch(() => {}); // the server has none of it any more
      }
    },
  };
}
