export interface Session {
  id: string;
  tokenHash: string;
  userId: string;
  createdAt: string;
  createdTick: number;
  lastSeenAt: string;
  lastSeenTick: number;
  /** Time of the last authentication or re-authentication. Not stored: a restart resets it to the log-in. */
  provedTick: number;
  address: string;
  userAgent: string;
}

/** Sessions in memory, and which of them have a last use that is not stored yet. */
export interface SessionIndex {
  byId(id: string): Session | undefined;
  byToken(tokenHash: string): Session | undefined;
  all(): Session[];
  add(session: Session): void;
  remove(id: string): void;
  /** Notes a use: `tick` of the access clock, `at` in ISO 8601. */
  use(session: Session, tick: number, at: string): void;
  /** Sessions with a use that is not stored. */
  used(): Session[];
  /** These are stored now. */
  markStored(sessions: readonly Session[]): void;
  /**
   * Takes over the stored sessions. Those known before keep their proof, and their last use when it is later.
   *
   * @returns ids of the sessions that no longer exist
   */
  replace(stored: readonly Session[]): string[];
}

export function createSessionIndex(): SessionIndex {
  let byToken = new Map<string, Session>();
  let byId = new Map<string, Session>();
  let used = new Set<Session>();
  return {
    byId: (id) => byId.get(id),
    byToken: (tokenHash) => byToken.get(tokenHash),
    all: () => [...byId.values()],
    add(session) {
      byId.set(session.id, session);
      byToken.set(session.tokenHash, session);
    },
    remove(id) {
      const session = byId.get(id);
      if (!session) return;
      byId.delete(id);
      byToken.delete(session.tokenHash);
      used.delete(session);
    },
    use(session, tick, at) {
      session.lastSeenTick = tick;
      session.lastSeenAt = at;
      used.add(session);
    },
    used: () => [...used],
    markStored(sessions) {
      for (const session of sessions) used.delete(session);
    },
    replace(stored) {
      const before = byId;
      const usedBefore = used;
      const merged = stored.map((session) => withKnownUse(session, before.get(session.id)));
      byToken = new Map(merged.map((session) => [session.tokenHash, session]));
      byId = new Map(merged.map((session) => [session.id, session]));
      used = new Set([...usedBefore].flatMap(({ id }) => byId.get(id) ?? []));
      return [...before.keys()].filter((id) => !byId.has(id));
    },
  };
}

function withKnownUse(stored: Session, known: Session | undefined): Session {
  if (!known) return stored;
  const { provedTick, lastSeenTick, lastSeenAt } = known;
  return lastSeenTick > stored.lastSeenTick
    ? { ...stored, provedTick, lastSeenTick, lastSeenAt }
    : { ...stored, provedTick };
}
