import type { Context } from "hono";
import { z } from "zod";
import { proofBody } from "../../../shared/protocol/account.ts";
import { type PasskeyAssertion, passkeyOptions } from "../../../shared/protocol/passkey.ts";
import { ok } from "../../../shared/protocol/result.ts";
import { AppError, toAppError } from "../../../shared/server/errors.ts";
import { type ApiEnv, createRoutes } from "../../http/context.ts";
import { described } from "../../http/openapi.ts";
import { validated } from "../../http/validate.ts";
import type { Access } from "../access.ts";
import { type ChallengeSite, sendChallenge, takeChallenge } from "../passkeys/passkey-cookie.ts";

type ProofAccess = Pick<Access, "users" | "sessions" | "passkeys" | "oidc" | "confirmPassword"> & ChallengeSite;

/** Re-authentication before sensitive actions: `/api/session/proof`. */
export const proofRoutes = ({ access }: { access: ProofAccess }) =>
  createRoutes()
    .post(
      "/options",
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
        const options = sendChallenge(c, access, await access.passkeys.begin({ kind: "proof", userId, sessionId }));
        const oidc = access.oidc !== undefined && user?.oidc !== null;
        return c.json(ok({ password: user?.passwordHash != null, oidc, options }));
      },
    )
    .post(
      "/",
      described({
        tag: "access",
        summary: "Re-authenticate",
        description:
          "Sensitive routes refuse with `proofRequired` when the log-in, or this, was more than ten minutes ago. A user without a password proves it by a new log-in.",
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
    );

/** A wrong passkey does not end the session: 403, as for a wrong password. */
async function finishProof(c: Context<ApiEnv>, access: ProofAccess, response: PasskeyAssertion): Promise<void> {
  const { id: userId, sessionId } = c.get("principal");
  const sealed = takeChallenge(c, access);
  await access.passkeys.finish({ kind: "proof", userId, sessionId }, sealed, response).catch((error: unknown) => {
    throw new AppError("forbidden", toAppError(error).message, { cause: error });
  });
}
