import type { Principal, RevokedSubjects } from "../../shared/protocol/access.ts";
import { AppError } from "../../shared/server/errors.ts";
import type { Log } from "../../shared/server/log.ts";
import { addressBucket, isLoopback } from "../../shared/server/peer-address.ts";
import type { Authenticator, SocketCaps } from "../deps.ts";
import { createRevocations } from "../handshake/revocations.ts";
import { createTokenBucket, type TokenBucket } from "./token-bucket.ts";

/** Sessions are asked after this often, in case the API could not tell of a revocation. */
const RECHECK_MS = 60_000;
/** Longest delay a timer can wait (2^31 - 1 ms); a later expiry is looked at again then. */
const TIMER_MAX_MS = 2_147_483_647;

/**
 * Client events of a session or key on all its connections together, far above what many tabs send: a new connection
 * brings no new allowance.
 */
const EVENTS_PER_SECOND = 500;
const EVENT_BURST = 10_000;
/** Sessions whose allowance is remembered beyond their last connection. */
const BUDGETS_MAX = 5_000;

/** One transport connection, whatever namespaces it carries. */
export interface Connection {
  /** With `discard` at once; else only after everything queued was taken, which a stopped reader never does. */
  close(discard: true): void;
}

interface Held {
  connection: Connection;
  principal: Principal;
  expiry: NodeJS.Timeout;
}

export interface Sockets {
  /** Counts a connection against the share of its address, or of its IPv6 /64. Throws `rate_limited`; call the answer when it has closed. */
  enter(address: string): () => void;
  /**
   * Counts a connection whose key is still to come: strangers may fill half of all places, so that who has a session
   * always finds one. Throws `rate_limited`; call the answer when the key has come, or the connection has closed.
   */
  enterStranger(): () => void;
  /** Ties a connection to who opened it. Throws `rate_limited` beyond the session's share. */
  hold(connection: Connection, principal: Principal): void;
  /** Whether it is known who opened the connection. */
  holds(connection: Connection): boolean;
  release(connection: Connection): void;
  /** Cuts the connections of sessions, keys or users; answers how many. */
  revoke(revocation: RevokedSubjects): number;
  /** Whether it was revoked after `askedAt` (of `performance.now()`): what the API said then no longer counts. */
  revokedSince(askedAt: number, principal: Principal): boolean;
  /** What a session or key may send, on whatever connection. */
  budgetOf(sessionId: string): TokenBucket;
  readonly size: number;
  close(): void;
}

/** Knows every connection's session: caps how many there are, and cuts them when the session ends. */
export function createSockets(caps: SocketCaps, authenticator: Authenticator, log: Log): Sockets {
  const bySession = new Map<string, Set<Held>>();
  const byConnection = new Map<Connection, Held>();
  const byAddress = new Map<string, number>();
  const revocations = createRevocations();
  const budgets = new Map<string, TokenBucket>(); // in order of their last use by a new connection
  let total = 0;
  let strangers = 0;

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
    held.expiry = setTimeout(
      () => (left > TIMER_MAX_MS ? expireLater(held) : cut(held)),
      Math.min(Math.max(left, 0), TIMER_MAX_MS),
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
    enter(address) {
      if (total >= caps.total) throw new AppError("rate_limited", "Too many connections.", { retryAfter: 5 });
      const bucket = addressBucket(address);
      const count = byAddress.get(bucket) ?? 0;
      if (!isLoopback(address) && count >= caps.perAddress) {
        throw new AppError("rate_limited", "Too many connections from this address.", { retryAfter: 5 });
      }
      total++;
      byAddress.set(bucket, count + 1);
      let left = false;
      return () => {
        if (left) return;
        left = true;
        total--;
        const now = (byAddress.get(bucket) ?? 1) - 1;
        if (now === 0) byAddress.delete(bucket);
        else byAddress.set(bucket, now);
      };
    },
    enterStranger() {
      if (strangers >= Math.ceil(caps.total / 2)) {
        throw new AppError("rate_limited", "Too many connections.", { retryAfter: 5 });
      }
      strangers++;
      let known = false;
      return () => {
        if (!known) strangers--;
        known = true;
      };
    },
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
    budgetOf(sessionId) {
      const budget = budgets.get(sessionId) ?? createTokenBucket(EVENTS_PER_SECOND, EVENT_BURST);
      budgets.delete(sessionId);
      budgets.set(sessionId, budget);
      const [oldest = ""] = budgets.keys();
      if (budgets.size > BUDGETS_MAX) budgets.delete(oldest);
      return budget;
    },
    get size() {
      return total;
    },
    close() {
      clearInterval(timer);
      for (const held of byConnection.values()) clearTimeout(held.expiry);
    },
  };
}
