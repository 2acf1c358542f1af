import type { Principal, Revocation } from "../shared/protocol/access.ts";
import { AppError } from "../shared/server/errors.ts";
import type { Log } from "../shared/server/log.ts";
import type { Authenticator, SocketCaps } from "./deps.ts";

/** Sessions are asked after this often, in case the API could not tell of a revocation. */
const RECHECK_MS = 60_000;
/** Longest delay a timer can wait (2^31 - 1 ms); a later expiry is looked at again then. */
const TIMER_MAX_MS = 2_147_483_647;

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
  /** Counts a connection against the address's share. Throws `rate_limited`; call the answer when it has closed. */
  enter(address: string): () => void;
  /** Ties a connection to who opened it. Throws `rate_limited` beyond the session's share. */
  hold(connection: Connection, principal: Principal): void;
  release(connection: Connection): void;
  /** Cuts the connections of sessions, keys or users; answers how many. */
  revoke(revocation: Required<Revocation>): number;
  readonly size: number;
  close(): void;
}

const isLoopback = (address: string) => address === "::1" || address.startsWith("127.");

/** Knows every connection's session: caps how many there are, and cuts them when the session ends. */
export function createSockets(caps: SocketCaps, authenticator: Authenticator, log: Log): Sockets {
  const bySession = new Map<string, Set<Held>>();
  const byConnection = new Map<Connection, Held>();
  const byAddress = new Map<string, number>();
  let total = 0;

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
      const count = byAddress.get(address) ?? 0;
      if (!isLoopback(address) && count >= caps.perAddress) {
        throw new AppError("rate_limited", "Too many connections from this address.", { retryAfter: 5 });
      }
      total++;
      byAddress.set(address, count + 1);
      let left = false;
      return () => {
        if (left) return;
        left = true;
        total--;
        const now = (byAddress.get(address) ?? 1) - 1;
        if (now === 0) byAddress.delete(address);
        else byAddress.set(address, now);
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
    release(connection) {
      const held = byConnection.get(connection);
      if (held) forget(held);
    },
    revoke({ sessionIds, principalIds }) {
      const gone = [...byConnection.values()].filter(
        ({ principal }) => sessionIds.includes(principal.sessionId) || principalIds.includes(principal.id),
      );
      for (const held of gone) cut(held);
      return gone.length;
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
