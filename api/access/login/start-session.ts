import type { Context } from "hono";
import type { Principal } from "../../../shared/protocol/access.ts";
import { cameByHttps } from "../../http/client-address.ts";
import type { ApiEnv } from "../../http/context.ts";
import { sendSessionCookie, sessionToken } from "../../http/cookie.ts";
import type { Access } from "../access.ts";
import { sessionPrincipal } from "../identity/identify.ts";
import type { UserRecord } from "../identity/users.ts";

/** What opens a session, and sends its cookie. */
export type SessionStart = Pick<
  Access,
  "countLogin" | "sessions" | "endSessions" | "clock" | "originPolicy" | "peers" | "cookieName"
>;

/** Opens a session for a user who has just authenticated. The earlier session of the browser ends. */
export async function startSession(c: Context<ApiEnv>, access: SessionStart, user: UserRecord): Promise<Principal> {
  await access.countLogin(user.id);
  const https = cameByHttps(c, access);
  const before = sessionToken(c.req.header("Cookie"), access.cookieName, https);
  const old = before === undefined ? undefined : access.sessions.use(before);
  const from = { address: c.get("address"), userAgent: c.req.header("User-Agent") ?? "" };
  const { session, token, ended } = access.sessions.open(user.id, from);
  access.endSessions(old ? [...ended, old.id] : ended);
  sendSessionCookie(c, access.cookieName, token, https);
  c.set("auditActor", { kind: "user", id: user.id, name: user.name });
  return sessionPrincipal(session, user, access.sessions, access.clock);
}
