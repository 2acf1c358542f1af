import type { Context } from "hono";
import { z } from "zod";
import type { Principal } from "../../../shared/protocol/access.ts";
import { principalSchema } from "../../../shared/protocol/access.ts";
import { loginBody, proofBody } from "../../../shared/protocol/account.ts";
import { type PasskeyAssertion, passkeyLogin, passkeyOptions } from "../../../shared/protocol/passkey.ts";
import { ok } from "../../../shared/protocol/result.ts";
import { AppError, toAppError, toFailure } from "../../../shared/server/errors.ts";
import { addressBucket } from "../../../shared/server/peer-address.ts";
import { cameByHttps } from "../../http/client-address.ts";
import { type ApiEnv, createRoutes } from "../../http/context.ts";
import { clearSessionCookie } from "../../http/cookie.ts";
import { described } from "../../http/openapi.ts";
import { validated } from "../../http/validate.ts";
import type { Access } from "../access.ts";
import { sendChallenge, takeChallenge } from "../passkeys/passkey-cookie.ts";
import { CodeRequired } from "./login.ts";
import { startSession } from "./start-session.ts";

export const sessionRoutes = ({ access }: { access: Access }) => {
  const { passkeys } = access;
  return createRoutes()
    .post(
      "/",
      described({ tag: "access", summary: "Log in", answer: { principal: principalSchema } }),
      validated("json", loginBody),
      async (c) => {
        const body = c.req.valid("json");
        // A name that nobody has may be a password typed into the wrong field: it is not written down.
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
    .post(
      "/proof/options",
      described({
        tag: "access",
        summary: "List the ways to re-authenticate",
        answer: {
          password: z.boolean().describe("The account has one."),
          oidc: z.boolean().describe("A new log-in by OpenID counts."),
          options: passkeyOptions
            .nullable()
            .describe("What to give to `navigator.credentials.get`; null without passkeys."),
        },
      }),
      async (c) => {
        const { id: userId, sessionId } = c.get("principal");
        const user = access.users.byId(userId);
        const options = sendChallenge(c, access, await passkeys.begin({ kind: "proof", userId, sessionId }));
        const oidc = access.oidc !== undefined && user?.oidc !== null;
        return c.json(ok({ password: user?.passwordHash != null, oidc, options }));
      },
    )
    .post(
      "/proof",
      described({
        tag: "access",
        summary: "Re-authenticate",
        description:
          "Sensitive routes refuse with `proofRequired` when the log-in, or this, was more than ten minutes ago. Who has no password proves it by a new log-in.",
      }),
      validated("json", proofBody),
      async (c) => {
        const { id, name, sessionId } = c.get("principal");
        c.set("auditTarget", name);
        const proof = c.req.valid("json");
        if ("password" in proof) await access.confirmPassword(id, proof.password);
        else await finishProof(c, access, proof.passkey);
        c.get("reauthorize")?.(); // hashing takes its time
        access.sessions.prove(sessionId);
        return c.json(ok({}));
      },
    )
    .delete("/", described({ tag: "access", summary: "Log out" }), (c) => {
      access.endSessions([c.get("principal").sessionId]);
      clearSessionCookie(c, cameByHttps(c, access));
      return c.json(ok({}));
    });
};

/** A wrong passkey does not end the session: 403, as for a wrong password. */
async function finishProof(c: Context<ApiEnv>, access: Access, response: PasskeyAssertion): Promise<void> {
  const { id: userId, sessionId } = c.get("principal");
  const sealed = takeChallenge(c, access);
  await access.passkeys.finish({ kind: "proof", userId, sessionId }, sealed, response).catch((error: unknown) => {
    throw new AppError("forbidden", toAppError(error).message, { cause: error });
  });
}
