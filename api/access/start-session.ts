import type { Context } from "hono";
import type { Principal } from "../../shared/protocol/access.ts";
import type { ApiEnv } from "../context.ts";
import type { Access } from "./access.ts";
import { sendSessionCookie, sessionToken } from "./cookie.ts";
import { sessionPrincipal } from "./identify.ts";
import { cameByHttps } from "./request-facts.ts";
import type { UserRecord } from "./users.ts";

/** Opens a new session for somebody who has just proved who they are; the one the browser brought along ends. */
export async function startSession(c: Context<ApiEnv>, access: Access, user: UserRecord): Promise<Principal> {
  await access.countLogin(user.id);
  const https = cameByHttps(c, access);
  const before = sessionToken(c.req.header("Cookie"), https);
  const old = before === undefined ? undefined : access.sessions.use(before);
  const from = { address: c.get("address"), userAgent: c.req.header("User-Agent") ?? "" };
  const { session, token, ended } = access.sessions.open(user.id, from);
  access.endSessions(old ? [...ended, old.id] : ended);
  sendSessionCookie(c, token, https);
  c.set("auditActor", { kind: "user", id: user.id, name: user.name });
  return sessionPrincipal(session, user, access.sessions, access.clock);
}
