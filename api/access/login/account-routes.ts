import type { Context } from "hono";
import { z } from "zod";
import { passwordChange, type SessionInfo, sessionSchema, totpConfirmation } from "../../../shared/protocol/account.ts";
import { passkeyInfo } from "../../../shared/protocol/passkey.ts";
import { ok } from "../../../shared/protocol/result.ts";
import { AppError } from "../../../shared/server/errors.ts";
import { type ApiEnv, createRoutes } from "../../http/context.ts";
import { described } from "../../http/openapi.ts";
import { validated } from "../../http/validate.ts";
import type { Access } from "../access.ts";
import type { UserRecord } from "../identity/users.ts";
import { toPasskeyInfo } from "../passkeys/passkey-store.ts";
import { refuseWeakPassword } from "./password-policy.ts";

export const FRESH = "Needs a fresh proof: see `POST /api/session/proof`.";
const sessionId = z.strictObject({ id: z.uuid() });

/** The account of the caller: `/api/account`. */
export const accountRoutes = ({ access }: { access: Access }) =>
  createRoutes()
    .get(
      "/",
      described({
        tag: "account",
        summary: "Show the own account",
        answer: {
          totp: z.boolean(),
          password: z.boolean(),
          passkeys: z.array(passkeyInfo),
          passkeyHost: z.string().describe("Host name of the pages at which passkeys of this panel work."),
          passkeyProblem: z.string().nullable().describe("Why this panel cannot have passkeys; null when it can."),
          recoveryCodes: z.int().describe("How many recovery codes are left."),
        },
      }),
      (c) => {
        const user = ownUser(c, access);
        return c.json(
          ok({
            totp: user.totpSecret !== null,
            password: user.passwordHash !== null,
            passkeys: access.passkeys.of(user.id).map(toPasskeyInfo),
            passkeyHost: access.passkeys.host,
            passkeyProblem: access.passkeys.problem ?? null,
            recoveryCodes: access.recoveryCodes.count(user.id),
          }),
        );
      },
    )
    .get(
      "/sessions",
      described({ tag: "account", summary: "List the own sessions", answer: { sessions: z.array(sessionSchema) } }),
      (c) => {
        const { id, sessionId: current } = c.get("principal");
        return c.json(ok({ sessions: sessionsOf(access, id, current) }));
      },
    )
    .delete(
      "/sessions/:id",
      described({ tag: "account", summary: "End one of the own sessions" }),
      validated("param", sessionId),
      (c) => {
        const { id } = c.req.valid("param");
        if (access.sessions.byId(id)?.userId !== c.get("principal").id) {
          throw new AppError("not_found", "There is no such session.");
        }
        c.set("auditTarget", id);
        access.endSessions([id]);
        return c.json(ok({}));
      },
    )
    .post(
      "/password",
      described({ tag: "account", summary: "Change the own password; ends all other sessions" }),
      validated("json", passwordChange),
      async (c) => {
        const { current, password } = c.req.valid("json");
        const user = await access.confirmPassword(c.get("principal").id, current);
        await refuseWeakPassword(password, user.name);
        const passwordHash = await access.passwords.hash(password);
        c.get("reauthorize")?.(); // an administrator may have ended this session, and set another password, meanwhile
        if (access.users.byId(user.id)?.passwordHash !== user.passwordHash) {
          throw new AppError("conflict", "The password has been changed in the meantime.");
        }
        access.users.change(user.id, { passwordHash });
        endOtherSessions(c, access, user);
        c.set("auditTarget", user.name);
        return c.json(ok({}));
      },
    )
    .post(
      "/totp",
      described({
        tag: "account",
        summary: "Start to set up a second factor",
        description: FRESH,
        answer: { secret: z.string(), uri: z.string() },
      }),
      (c) => {
        const user = ownUser(c, access);
        c.set("auditTarget", user.name);
        return c.json(ok(access.secondFactors.begin(user)));
      },
    )
    .post(
      "/totp/confirm",
      described({
        tag: "account",
        summary: "Turn the second factor on with its first code",
        answer: { recoveryCodes: z.array(z.string()) },
      }),
      validated("json", totpConfirmation),
      (c) => {
        const user = ownUser(c, access);
        const recoveryCodes = access.secondFactors.confirm(user, c.req.valid("json").code);
        endOtherSessions(c, access, user);
        c.set("auditTarget", user.name);
        return c.json(ok({ recoveryCodes }));
      },
    )
    .delete("/totp", described({ tag: "account", summary: "Turn the second factor off", description: FRESH }), (c) => {
      const user = ownUser(c, access);
      access.secondFactors.remove(user.id);
      c.set("auditTarget", user.name);
      return c.json(ok({}));
    });

export function ownUser(c: Context<ApiEnv>, access: Access): UserRecord {
  const user = access.users.byId(c.get("principal").id);
  if (!user) throw new AppError("unauthorized", "Log in first.");
  return user;
}

export function endOtherSessions(c: Context<ApiEnv>, access: Access, user: UserRecord): void {
  const { sessionId: current } = c.get("principal");
  access.endSessions(access.sessions.of(user.id).flatMap(({ id }) => (id === current ? [] : [id])));
}

export function sessionsOf({ sessions, clock }: Access, userId: string, current?: string): SessionInfo[] {
  return sessions
    .of(userId)
    .sort((a, b) => b.lastSeenTick - a.lastSeenTick)
    .map((session) => ({
      id: session.id,
      current: session.id === current,
      createdAt: session.createdAt,
      lastSeenAt: session.lastSeenAt,
      expiresAt: new Date(clock.wallAt(Math.min(sessions.endsAt(session), sessions.idlesOutAt(session)))).toISOString(),
      address: session.address,
      userAgent: session.userAgent,
    }));
}
