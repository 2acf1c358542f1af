import { canSeeService, may, type Permission, type Principal } from "../../../shared/protocol/access.ts";
import {
  type Credentials,
  createIdentify,
  type IdentifyDeps,
  keyPrincipal,
  ownerOf,
  sessionPrincipal,
} from "./identify.ts";

type SessionOrKey = Pick<Principal, "kind" | "id" | "sessionId">;
type UserOrKey = Pick<Principal, "kind" | "id">;

/** Who calls, and with which rights, now. Only `identify` counts as use of a session or key. */
export interface Callers {
  /** The caller of a request; undefined without a valid session or key. Changes by the command line tools apply at once. */
  identify(credentials: Credentials): Principal | undefined;
  /** The caller that a session or key stands for; undefined when it has ended. */
  current(who: SessionOrKey): Principal | undefined;
  /** Id of the user, or of the owner of a key. */
  userOf(who: UserOrKey): string;
  /** Those of the sessions and keys that are still valid. */
  stillValid(sessionIds: readonly string[]): string[];
  /** Rights of a user or key, with or without a session; undefined when the user or key no longer exists. */
  rightsOf(who: UserOrKey): Pick<Principal, "role" | "scopes" | "limits"> | undefined;
  /** Whether a user or key still has a right to a container, for work that runs on their behalf. */
  stillMay(who: UserOrKey, permission: Permission, containerName: string): boolean;
}

export interface CallersDeps extends IdentifyDeps {
  /** Reads what the command line tools have changed. */
  refresh(): void;
}

export function createCallers({ users, sessions, keys, clock, cookieName, refresh }: CallersDeps): Callers {
  const identify = createIdentify({ users, sessions, keys, clock, cookieName });
  const keyCaller = (id: string): Principal | undefined => {
    const key = keys.byId(id);
    const owner = key && keys.isLive(key) ? users.byId(key.ownerId) : undefined;
    return key && owner ? keyPrincipal(key, owner, clock) : undefined;
  };
  const rightsOf: Callers["rightsOf"] = ({ kind, id }) => {
    refresh();
    if (kind === "key") return keyCaller(id);
    const user = users.byId(id);
    return user && { role: user.role, scopes: null, limits: user.limits };
  };
  return {
    identify(credentials) {
      refresh();
      return identify(credentials);
    },
    current({ kind, id, sessionId }) {
      if (kind === "key") return keyCaller(id);
      const session = sessions.byId(sessionId);
      const user = session && users.byId(session.userId);
      return session && user ? sessionPrincipal(session, user, sessions, clock) : undefined;
    },
    userOf: (who) => ownerOf(who, { keys }),
    stillValid(sessionIds) {
      refresh();
      const liveKeys = new Set(keys.all().flatMap((key) => (keys.isLive(key) ? [key.id] : [])));
      return sessionIds.filter((id) => liveKeys.has(id) || sessions.byId(id) !== undefined);
    },
    rightsOf,
    stillMay(who, permission, containerName) {
      const rights = rightsOf(who);
      return rights !== undefined && may(rights, permission) && canSeeService(rights.limits, containerName);
    },
  };
}
