import type { Principal, RevokedSubjects } from "../../shared/protocol/access.ts";

/** How long a revocation is stored: far longer than from the API's response about a handshake to its CONNECT packet. */
const REMEMBERED_MS = 60_000;
/** Stored ids. Beyond this, every earlier response counts as outdated. */
const MAX_IDS = 20_000;

/** Recent revocations, for handshakes in progress, which have no socket to disconnect yet. */
export interface Revocations {
  add(revocation: RevokedSubjects): void;
  /** Whether the session, key or user was revoked after `askedAt`, the time of the request to the API (`performance.now()`). */
  since(askedAt: number, principal: Pick<Principal, "id" | "sessionId">): boolean;
}

export function createRevocations(now: () => number = () => performance.now()): Revocations {
  const revokedAt = new Map<string, number>(); // in order of arrival
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
      if (!all && revokedAt.size <= MAX_IDS) return;
      revokedAt.clear();
      allBefore = at;
    },
    since: (askedAt, { id, sessionId }) =>
      askedAt <= Math.max(allBefore, revokedAt.get(id) ?? allBefore, revokedAt.get(sessionId) ?? allBefore),
  };
}
