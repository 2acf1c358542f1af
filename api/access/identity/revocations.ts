import type { Revocation } from "../../../shared/protocol/access.ts";
import type { ApiKeys } from "../keys/api-keys.ts";
import type { Sessions } from "../login/sessions.ts";
import type { SharedWrites } from "./user-store-tx.ts";
import type { Users } from "./users.ts";

/** Ids in one message to the realtime server. */
const IDS_MAX = 1_000;

export interface Revocations {
  /** Cuts the sockets of sessions and keys, and of users and keys whose rights have changed. */
  cut(sessionIds: readonly string[], principalIds?: readonly string[]): void;
  /** Ends sessions and cuts their sockets, also when the end cannot be stored. */
  endSessions(ids: readonly string[]): void;
  /** Cuts the sockets of a user and of the user's keys. They reconnect with the rights of now. */
  cutSockets(userId: string): void;
  /** Reads what the command line tools have changed, and cuts the sockets concerned. Costs microseconds without a change. */
  refresh(): void;
}

export interface RevocationsDeps {
  writes: Pick<SharedWrites, "changedElsewhere">;
  users: Pick<Users, "all" | "reload">;
  sessions: Pick<Sessions, "end" | "reload">;
  keys: Pick<ApiKeys, "all" | "reload">;
  realtime: { revoke(revocation: Revocation): unknown };
}

/** Makes lost rights reach the sockets that are open. */
export function createRevocations({ writes, users, sessions, keys, realtime }: RevocationsDeps): Revocations {
  const cut: Revocations["cut"] = (sessionIds, principalIds = []) => {
    for (let from = 0; from < Math.max(sessionIds.length, principalIds.length); from += IDS_MAX) {
      realtime.revoke({
        sessionIds: sessionIds.slice(from, from + IDS_MAX),
        principalIds: principalIds.slice(from, from + IDS_MAX),
      });
    }
  };
  const rightsById = () => new Map(users.all().map((user) => [user.id, `${user.role} ${JSON.stringify(user.limits)}`]));
  return {
    cut,
    endSessions(ids) {
      try {
        sessions.end(ids);
      } finally {
        cut(ids);
      }
    },
    cutSockets(userId) {
      const owned = keys.all().flatMap((key) => (key.ownerId === userId ? [key.id] : []));
      cut([], [userId, ...owned]);
    },
    refresh() {
      if (!writes.changedElsewhere()) return;
      const before = rightsById();
      users.reload();
      const ended = [...sessions.reload(), ...keys.reload()];
      const now = rightsById();
      const changed = [...before].flatMap(([id, rights]) => (now.get(id) === rights ? [] : [id]));
      cut(ended, changed);
    },
  };
}
