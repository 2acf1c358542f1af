import { type Principal, principalSchema } from "../../../shared/protocol/access.ts";
import { loginBody } from "../../../shared/protocol/account.ts";
import { passkeyLogin, passkeyOptions } from "../../../shared/protocol/passkey.ts";
import { ok } from "../../../shared/protocol/result.ts";
import { toFailure } from "../../../shared/server/errors.ts";
import { addressBucket } from "../../../shared/server/http/peer-address.ts";
import { cameByHttps } from "../../http/client-address.ts";
import { createRoutes } from "../../http/context.ts";
import { clearSessionCookie } from "../../http/cookie.ts";
import { described } from "../../http/openapi.ts";
import { validated } from "../../http/validate.ts";
import type { Access } from "../access.ts";
import { sendChallenge, takeChallenge } from "../passkeys/passkey-cookie.ts";
import { CodeRequired } from "./login.ts";
import { type SessionStart, startSession } from "./start-session.ts";

type LoginAccess = SessionStart & Pick<Access, "login" | "passkeys" | "users">;

/** Log-in, log-out and the caller: `/api/session`. */
export const sessionRoutes = ({ access }: { access: LoginAccess }) => {
  const { passkeys } = access;
  return createRoutes()
    .post(
      "/",
      described({ tag: "access", summary: "Log in", answer: { principal: principalSchema } }),
      validated("json", loginBody),
      async (c) => {
        const body = c.req.valid("json");
        // An unknown name may be a password typed into the wrong field: it is not recorded.
        c.set("auditTarget", access.users.byName(body.username)?.name ?? "unknown user");
        const address = c.get("address");
        try {
          const { username, password, code, passkey: response } = body;
          const sealed = response && takeChallenge(c, access);
          const passkey =
            response && ((userId: string) => passkeys.finish({ kind: "second-factor", userId }, sealed, response));
          const bucket = addressBucket(address);
          const user = await access.login({ username, password, code, passkey, address, bucket });
          return c.json(ok({ principal: await startSession(c, access, user) }));
        } catch (error) {
          if (!(error instanceof CodeRequired)) throw error;
          const { user } = error;
          const challenge = await passkeys.begin({ kind: "second-factor", userId: user.id });
          const factors = { totp: user.totpSecret !== null, passkey: sendChallenge(c, access, challenge) };
          return c.json({ ...toFailure(error, c.get("requestId")), codeRequired: true, factors }, 401);
        }
      },
    )
    .post(
      "/passkey/options",
      described({
        tag: "access",
        summary: "Start a log-in with a passkey",
        description: "What to give to `navigator.credentials.get`, within ten minutes; null when nobody has a passkey.",
        answer: { options: passkeyOptions.nullable() },
      }),
      async (c) => {
        const challenge = passkeys.any() ? await passkeys.begin({ kind: "login" }) : undefined;
        return c.json(ok({ options: sendChallenge(c, access, challenge) }));
      },
    )
    .post(
      "/passkey",
      described({
        tag: "access",
        summary: "Log in with a passkey alone",
        description: "The device must have checked who uses it, by finger, face or PIN.",
        answer: { principal: principalSchema },
      }),
      validated("json", passkeyLogin),
      async (c) => {
        c.set("auditTarget", "passkey");
        const sealed = takeChallenge(c, access);
        const user = await passkeys.finish({ kind: "login" }, sealed, c.req.valid("json").response);
        c.set("auditTarget", user.name);
        return c.json(ok({ principal: await startSession(c, access, user) }));
      },
    )
    .get(
      "/",
      described({
        tag: "access",
        summary: "Show who is logged in; null for an anonymous caller",
        answer: { principal: principalSchema.nullable() },
      }),
      (c) => {
        const principal: Principal | undefined = c.get("principal");
        return c.json(ok({ principal: principal ?? null }));
      },
    )
    .delete("/", described({ tag: "access", summary: "Log out" }), (c) => {
      access.endSessions([c.get("principal").sessionId]);
      clearSessionCookie(c, access.cookieName, cameByHttps(c, access));
      return c.json(ok({}));
    });
};
