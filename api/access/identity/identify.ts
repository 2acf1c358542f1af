import type { Principal, Role } from "../../../shared/protocol/access.ts";
import { narrowestScope, roles } from "../../../shared/protocol/access.ts";
import type { CookieName } from "../../../shared/server/http/session-cookie.ts";
import { sessionToken } from "../../http/cookie.ts";
import type { AccessClock } from "../clock.ts";
import type { ApiKey, ApiKeys } from "../keys/api-keys.ts";
import type { Session } from "../login/session-index.ts";
import type { Sessions } from "../login/sessions.ts";
import type { UserRecord, Users } from "./users.ts";

export interface Credentials {
  /** The unparsed `Cookie` header. */
  cookie?: string | undefined;
  /** A bearer token: an API key. It takes precedence over a cookie. */
  token?: string | undefined;
  https: boolean;
}

export interface IdentifyDeps {
  users: Users;
  sessions: Sessions;
  keys: ApiKeys;
  clock: AccessClock;
  cookieName: CookieName;
}

/** Returns the caller of a session cookie or API key; undefined when neither is valid. */
export function createIdentify({ users, sessions, keys, clock, cookieName }: IdentifyDeps) {
  return ({ cookie, token, https }: Credentials): Principal | undefined => {
    if (token !== undefined) {
      const key = keys.use(token);
      const owner = key && users.byId(key.ownerId);
      return key && owner ? keyPrincipal(key, owner, clock) : undefined;
    }
    const value = sessionToken(cookie, cookieName, https);
    const session = value === undefined ? undefined : sessions.use(value);
    const user = session && users.byId(session.userId);
    return session && user ? sessionPrincipal(session, user, sessions, clock) : undefined;
  };
}

export const sessionPrincipal = (
  session: Session,
  user: UserRecord,
  sessions: Sessions,
  clock: AccessClock,
): Principal => ({
  kind: "user",
  id: user.id,
  name: user.name,
  role: user.role,
  limits: user.limits,
  scopes: null,
  sessionId: session.id,
  expiresAt: clock.wallAt(sessions.endsAt(session)),
});

/** The rights of a key, reduced to those of its owner. */
export const keyPrincipal = (key: ApiKey, owner: UserRecord, clock: AccessClock): Principal => ({
  kind: "key",
  id: key.id,
  name: key.name,
  role: lesserRole(key.role, owner.role),
  limits: narrowestScope(key.limits, owner.limits),
  scopes: key.scopes,
  sessionId: key.id,
  expiresAt: clock.wallAt(key.expiresTick),
});

/** Id of the user who calls by a session or a key, so that limits apply to a user and all keys together. */
export const ownerOf = (
  { kind, id }: Pick<Principal, "kind" | "id">,
  { keys }: { keys: Pick<ApiKeys, "byId"> },
): string => (kind === "user" ? id : (keys.byId(id)?.ownerId ?? id));

export const lesserRole = (a: Role, b: Role): Role => (roles.indexOf(a) < roles.indexOf(b) ? a : b);
