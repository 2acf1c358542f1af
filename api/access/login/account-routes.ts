import { z } from "zod";
import { type SessionInfo, sessionSchema } from "../../../shared/protocol/account.ts";
import { passkeyInfo } from "../../../shared/protocol/passkey.ts";
import { ok } from "../../../shared/protocol/result.ts";
import { AppError } from "../../../shared/server/errors.ts";
import { createRoutes } from "../../http/context.ts";
import { described } from "../../http/openapi.ts";
import type { Access } from "../access.ts";
import { messages } from "../messages.ts";
import { toPasskeyInfo } from "../passkeys/passkey-store.ts";

type AccountAccess = Pick<Access, "users" | "passkeys" | "recoveryCodes" | "sessions" | "clock">;

/** Reads of the caller's account: `/api/account`. Changes are in `actions.ts`. */
export const accountRoutes = ({ access }: { access: AccountAccess }) =>
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
        const user = access.users.byId(c.get("principal").id);
        if (!user) throw new AppError("unauthorized", messages.loginFirst);
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
        return c.json(ok({ sessions: toSessionInfos(access, id, current) }));
      },
    );

/** The live sessions of a user, last used first. */
function toSessionInfos({ sessions, clock }: AccountAccess, userId: string, current: string): SessionInfo[] {
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
