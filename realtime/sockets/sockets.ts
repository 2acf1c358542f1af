import type { Principal, RevokedSubjects } from "../../shared/protocol/access.ts";
import { AppError } from "../../shared/server/errors.ts";
import type { Log } from "../../shared/server/log.ts";
import type { Authenticator, SocketCaps } from "../deps.ts";
import { createRevocations } from "../handshake/revocations.ts";
import { createConnectionCounts } from "./connection-counts.ts";
import { createSessionBudgets } from "./session-budgets.ts";
import type { TokenBucket } from "./token-bucket.ts";

/** Interval at which sessions are checked again, in case a revocation was lost. */
const RECHECK_MS = 60_000;
/** Longest delay of a timer (2^31 - 1 ms); a later expiry is checked again then. */
const TIMER_MAX_MS = 2_147_483_647;

/** One transport connection, which can carry several namespaces. */
export interface Connection {
  /** With `discard`: closes at once. Otherwise only after the queue was sent, which never ends for a stopped reader. */
  close(discard: true): void;
}

interface Held {
  connection: Connection;
  principal: Principal;
  expiry: NodeJS.Timeout;
}

export interface Sockets {
  /** Counts a connection of an address, or of its IPv6 /64. Returns a function to call after the close. @throws AppError `rate_limited` */
  enter(address: string): () => void;
  /**
   * Counts a connection whose key has not arrived yet. Such connections can use half of the total, so that clients with a
   * session are always admitted. Returns a function to call when the key has arrived or the connection has closed.
   * @throws AppError `rate_limited`
   */
  enterUnidentified(): () => void;
  /** Binds a connection to its principal. @throws AppError `rate_limited` beyond the limit of the session */
  hold(connection: Connection, principal: Principal): void;
  /** Whether the connection is bound to a principal. */
  holds(connection: Connection): boolean;
  release(connection: Connection): void;
  /** Closes the connections of sessions, keys or users; returns their number. */
  revoke(revocation: RevokedSubjects): number;
  /** Whether it was revoked after `askedAt` (of `performance.now()`), so that the API's response is outdated. */
  revokedSince(askedAt: number, principal: Principal): boolean;
  /** Returns the rate limit of a session or key, for all its connections. */
  budgetOf(sessionId: string): TokenBucket;
  readonly size: number;
  close(): void;
}

/** Registry of all connections and their sessions: limits their number, and closes them when the session ends. */
export function createSockets(caps: SocketCaps, authenticator: Authenticator, log: Log): Sockets {
  const bySession = new Map<string, Set<Held>>();
  const byConnection = new Map<Connection, Held>();
  const revocations = createRevocations();
  const counts = createConnectionCounts(caps);
  const budgetOf = createSessionBudgets();

  const cut = (held: Held) => {
    forget(held);
    held.connection.close(true);
  };
  const forget = (held: Held) => {
    clearTimeout(held.expiry);
    byConnection.delete(held.connection);
    const siblings = bySession.get(held.principal.sessionId);
    siblings?.delete(held);
    if (siblings?.size === 0) bySession.delete(held.principal.sessionId);
  };
  const expireLater = (held: Held) => {
    const left = held.principal.expiresAt - Date.now();
    // In whole seconds: Node has a list of timers for each delay.
    const seconds = Math.max(Math.ceil(left / 1_000), 0);
    held.expiry = setTimeout(
      () => (left > TIMER_MAX_MS ? expireLater(held) : cut(held)),
      Math.min(seconds * 1_000, TIMER_MAX_MS),
    );
    held.expiry.unref();
  };
  const recheck = async () => {
    if (bySession.size === 0) return;
    try {
      const asked = [...bySession.keys()];
      const valid = await authenticator.stillValid(asked);
      for (const sessionId of asked) {
        if (!valid.has(sessionId)) for (const held of [...(bySession.get(sessionId) ?? [])]) cut(held);
      }
    } catch (error) {
      log.warn({ err: error }, "sessions could not be checked again");
    }
  };
  const timer = setInterval(() => void recheck(), RECHECK_MS);
  timer.unref();

  return {
    enter: counts.enter,
    enterUnidentified: counts.enterUnidentified,
    hold(connection, principal) {
      if (byConnection.has(connection)) return;
      const siblings = bySession.get(principal.sessionId) ?? new Set();
      if (siblings.size >= caps.perSession) {
        throw new AppError("rate_limited", "Too many connections of this session.", { retryAfter: 5 });
      }
      const held = { connection, principal } as Held;
      expireLater(held);
      siblings.add(held);
      bySession.set(principal.sessionId, siblings);
      byConnection.set(connection, held);
    },
    holds: (connection) => byConnection.has(connection),
    release(connection) {
      const held = byConnection.get(connection);
      if (held) forget(held);
    },
    revoke(revoked) {
      const { sessionIds, principalIds, all } = revoked;
      revocations.add(revoked);
      authenticator.outdate?.();
      const gone = [...byConnection.values()].filter(
        ({ principal }) => all || sessionIds.includes(principal.sessionId) || principalIds.includes(principal.id),
      );
      for (const held of gone) cut(held);
      return gone.length;
    },
    revokedSince: revocations.since,
    budgetOf,
    get size() {
      return counts.total;
    },
    close() {
      clearInterval(timer);
      for (const held of byConnection.values()) clearTimeout(held.expiry);
    },
  };
}
