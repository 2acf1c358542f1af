/** Time in which a server may go on with a call whose client no longer waits, in milliseconds. */
const ABANDONED_MS = 60_000;

/** Sessions whose calls ended before the server answered: cancelled, stopped or out of time. */
export interface Abandoned {
  add(serverId: string, sessionId: string): void;
  any(serverId: string): boolean;
  /** Whether the server may still be busy for another session: what it asks may be meant for that one. */
  byOther(serverId: string, sessionId: string): boolean;
  forget(serverId: string): void;
}

/** Entries end by themselves: at most one for each session and server of the last minute. */
export function createAbandoned(): Abandoned {
  const until = new Map<string, Map<string, number>>();
  const sessionsAt = (serverId: string): Map<string, number> | undefined => {
    const sessions = until.get(serverId);
    if (!sessions) return undefined;
    const now = performance.now();
    for (const [session, end] of sessions) if (end < now) sessions.delete(session);
    if (sessions.size > 0) return sessions;
    until.delete(serverId);
    return undefined;
  };
  return {
    add(serverId, sessionId) {
      const sessions = sessionsAt(serverId) ?? new Map<string, number>();
      until.set(serverId, sessions.set(sessionId, performance.now() + ABANDONED_MS));
    },
    any: (serverId) => sessionsAt(serverId) !== undefined,
    byOther: (serverId, sessionId) => [...(sessionsAt(serverId)?.keys() ?? [])].some((one) => one !== sessionId),
    forget: (serverId) => void until.delete(serverId),
  };
}
