import type { Principal } from "../../../shared/protocol/access.ts";
import type { AccessClock } from "../clock.ts";
import type { ApiKeys } from "../keys/api-keys.ts";
import type { Sessions } from "../login/sessions.ts";
import { keyPrincipal, sessionPrincipal } from "./identify.ts";
import type { Users } from "./users.ts";

/** Rights of callers outside of their requests, for work that runs on their behalf. Does not count as use. */
export interface CurrentRights {
  /** The caller that a session or key stands for now; undefined when it has ended. */
  current(who: Pick<Principal, "kind" | "id" | "sessionId">): Principal | undefined;
  /** Rights of a user or key, with or without a session; undefined when the user or key no longer exists. */
  rightsOf(who: Pick<Principal, "kind" | "id">): Pick<Principal, "role" | "scopes" | "limits"> | undefined;
}

export interface CurrentRightsDeps {
  users: Pick<Users, "byId">;
  sessions: Sessions;
  keys: Pick<ApiKeys, "byId" | "isLive">;
  clock: AccessClock;
  /** Reads what the command line tools have changed. */
  refresh(): void;
}

export function createCurrentRights({ users, sessions, keys, clock, refresh }: CurrentRightsDeps): CurrentRights {
  const liveKey = (id: string) => {
    const key = keys.byId(id);
    return key && keys.isLive(key) ? key : undefined;
  };
  return {
    current({ kind, id, sessionId }) {
      if (kind === "key") {
        const key = liveKey(id);
        const owner = key && users.byId(key.ownerId);
        return key && owner ? keyPrincipal(key, owner, clock) : undefined;
      }
      const session = sessions.byId(sessionId);
      const user = session && users.byId(session.userId);
      return session && user ? sessionPrincipal(session, user, sessions, clock) : undefined;
    },
    rightsOf({ kind, id }) {
      refresh();
      if (kind === "key") {
        const key = liveKey(id);
        const owner = key && users.byId(key.ownerId);
        return key && owner ? keyPrincipal(key, owner, clock) : undefined;
      }
      const user = users.byId(id);
      return user && { role: user.role, scopes: null, limits: user.limits };
    },
  };
}
