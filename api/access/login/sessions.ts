import { randomUUID } from "node:crypto";
import type { DatabaseSync } from "node:sqlite";
import { transact } from "../../database/transact.ts";
import type { AccessClock } from "../clock.ts";
import type { SharedWrites } from "../identity/user-store-tx.ts";
import { digestOf, newToken } from "../token.ts";
import { createSessionIndex, type Session } from "./session-index.ts";

const HOUR_MS = 3_600_000;
/** Time without use after which a session ends. */
export const SESSION_IDLE_MS = 12 * HOUR_MS;
/** Age at which a session ends. */
export const SESSION_TOTAL_MS = 7 * 24 * HOUR_MS;
/** Sessions per user. The least recently used one ends first. */
const SESSIONS_OF_USER_MAX = 50;

export interface Sessions {
  /** Opens a session. The token is returned only here; the database stores its hash. `ended`: ids that made room. */
  open(
    userId: string,
    from: { address: string; userAgent: string },
  ): { session: Session; token: string; ended: string[] };
  /** The live session of a token, marked as used now. */
  use(token: string): Session | undefined;
  byId(id: string): Session | undefined;
  /** Notes a re-authentication. */
  prove(id: string): void;
  of(userId: string): Session[];
  /** Ends sessions. Returns the ids that were live. */
  end(ids: readonly string[]): string[];
  /** Ends idle and expired sessions. Returns their ids. */
  endExpired(): string[];
  /** Tick at which the session ends at the latest. */
  endsAt(session: Session): number;
  /** Tick at which the session ends without further use. */
  idlesOutAt(session: Session): number;
  /** Stores the last use of sessions. Called at intervals, because each request is a use. */
  flush(): void;
  /** Reads all sessions again. Returns the ids that no longer exist. */
  reload(): string[];
}

export function createSessions(database: DatabaseSync, { write }: SharedWrites, clock: AccessClock): Sessions {
  const insert = database.prepare(
    `INSERT INTO session (id, token_hash, user_id, created_at, created_tick, last_seen_at, last_seen_tick, address, user_agent)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const remove = database.prepare("DELETE FROM session WHERE id = ?");
  const touch = database.prepare("UPDATE session SET last_seen_at = ?, last_seen_tick = ? WHERE id = ?");
  const select = database.prepare("SELECT * FROM session");

  const index = createSessionIndex();
  const reload = () => index.replace(select.all().map(toSession));
  reload();

  const idlesOutAt = (session: Session) => session.lastSeenTick + SESSION_IDLE_MS;
  const endsAt = (session: Session) => session.createdTick + SESSION_TOTAL_MS;
  const isOver = (session: Session, tick: number) => tick >= idlesOutAt(session) || tick >= endsAt(session);
  const of = (userId: string) => index.all().filter((session) => session.userId === userId);
  const end = (ids: readonly string[]) => {
    const live = ids.filter((id) => index.byId(id));
    if (live.length === 0) return [];
    // Memory first: a session must end even if the disk is full.
    for (const id of live) index.remove(id);
    write(() => {
      for (const id of live) remove.run(id);
    });
    return live;
  };

  return {
    open: (userId, { address, userAgent }) => {
      const crowd = of(userId).sort((a, b) => a.lastSeenTick - b.lastSeenTick);
      const ended = end(crowd.slice(0, Math.max(0, crowd.length - SESSIONS_OF_USER_MAX + 1)).map(({ id }) => id));
      const token = newToken();
      const at = clock.now().toISOString();
      const tick = clock.tick();
      const session: Session = {
        id: randomUUID(),
        tokenHash: digestOf(token),
        userId,
        createdAt: at,
        createdTick: tick,
        lastSeenAt: at,
        lastSeenTick: tick,
        provedTick: tick,
        address,
        userAgent: userAgent.slice(0, 256),
      };
      const { id, tokenHash } = session;
      write(() => {
        insert.run(id, tokenHash, userId, at, tick, at, tick, session.address, session.userAgent);
        clock.save();
      });
      index.add(session);
      return { session, token, ended };
    },
    use: (token) => {
      const session = index.byToken(digestOf(token));
      if (!session) return undefined;
      const tick = clock.tick();
      if (isOver(session, tick)) return undefined;
      index.use(session, tick, clock.now().toISOString());
      return session;
    },
    byId: (id) => {
      const session = index.byId(id);
      return session && !isOver(session, clock.tick()) ? session : undefined;
    },
    prove: (id) => {
      const session = index.byId(id);
      if (session) session.provedTick = clock.tick();
    },
    of: (userId) => of(userId).filter((session) => !isOver(session, clock.tick())),
    end,
    endExpired: () => {
      const tick = clock.tick();
      return end(index.all().flatMap((session) => (isOver(session, tick) ? [session.id] : [])));
    },
    endsAt,
    idlesOutAt,
    flush: () => {
      const used = index.used();
      if (used.length === 0) return;
      transact(database, () => {
        for (const { id, lastSeenAt, lastSeenTick } of used) touch.run(lastSeenAt, lastSeenTick, id);
        clock.save();
      });
      index.markStored(used);
    },
    reload,
  };
}

const toSession = (row: Record<string, unknown>): Session => ({
  id: String(row.id),
  tokenHash: String(row.token_hash),
  userId: String(row.user_id),
  createdAt: String(row.created_at),
  createdTick: Number(row.created_tick),
  lastSeenAt: String(row.last_seen_at),
  lastSeenTick: Number(row.last_seen_tick),
  provedTick: Number(row.created_tick),
  address: String(row.address),
  userAgent: String(row.user_agent),
});
