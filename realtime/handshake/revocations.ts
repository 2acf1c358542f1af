import type { Principal, RevokedSubjects } from "../../shared/protocol/access.ts";

/** Time a revocation is remembered: far longer than from the API's answer to a handshake to its first CONNECT packet. */
const REMEMBERED_MS = 60_000;
/** Ids remembered; beyond it every earlier response counts as outdated. */
const IDS_MAX = 20_000;

/** What was revoked lately, for handshakes that are half-way: nothing of theirs could be cut yet. */
export interface Revocations {
  add(revocation: RevokedSubjects): void;
  /** Whether the session, key or user was revoked after `askedAt` (of `performance.now()`), when the API was asked about it. */
  since(askedAt: number, principal: Pick<Principal, "id" | "sessionId">): boolean;
}

export function createRevocations(now: () => number = () => performance.now()): Revocations {
  const revokedAt = new Map<string, number>(); // in order of their coming
  let allBefore = Number.NEGATIVE_INFINITY;
  return {
    add({ sessionIds, principalIds, all }) {
      const at = now();
      for (const [id, then] of revokedAt) {
        if (at - then < REMEMBERED_MS) break;
        revokedAt.delete(id);
      }
      for (const id of [...sessionIds, ...principalIds]) {
        revokedAt.delete(id);
        revokedAt.set(id, at);
      }
      if (!all && revokedAt.size <= IDS_MAX) return;
      revokedAt.clear();
      allBefore = at;
    },
    since: (askedAt, { id, sessionId }) =>
      askedAt <= Math.max(allBefore, revokedAt.get(id) ?? allBefore, revokedAt.get(sessionId) ?? allBefore),
  };
}
