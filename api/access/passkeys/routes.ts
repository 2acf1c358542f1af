import { z } from "zod";
import { passkeyBody, passkeyInfo, passkeyOptions, passkeyPatch } from "../../../shared/protocol/passkey.ts";
import { ok } from "../../../shared/protocol/result.ts";
import { createRoutes } from "../../http/context.ts";
import { described } from "../../http/openapi.ts";
import { validated } from "../../http/validate.ts";
import type { Access } from "../access.ts";
import { endOtherSessions, FRESH, ownUser } from "../login/account-routes.ts";
import { sendChallenge, takeChallenge } from "./passkey-cookie.ts";
import { toPasskeyInfo } from "./passkey-store.ts";

const passkeyId = z.strictObject({ id: z.uuid() });

/** The own passkeys: `/api/account/passkeys`. They are listed with the account. */
export const passkeyRoutes = ({ access }: { access: Access }) => {
  const { passkeys } = access;
  return createRoutes()
    .post(
      "/options",
      described({
        tag: "account",
        summary: "Start to add a passkey",
        description: `What to give to \`navigator.credentials.create\`, within ten minutes. ${FRESH}`,
        answer: { options: passkeyOptions },
      }),
      async (c) => {
        const user = ownUser(c, access);
        const challenge = await passkeys.beginCreation(user, c.get("principal").sessionId);
        sendChallenge(c, access, challenge);
        return c.json(ok({ options: challenge.options }));
      },
    )
    .post(
      "/",
      described({
        tag: "account",
        summary: "Add a passkey; ends all other sessions",
        description: `It counts as a second factor from now on. The first one comes with new recovery codes, shown this once. ${FRESH}`,
        answer: { passkey: passkeyInfo, recoveryCodes: z.array(z.string()).nullable() },
        status: 201,
      }),
      validated("json", passkeyBody),
      async (c) => {
        const { name, response } = c.req.valid("json");
        const user = ownUser(c, access);
        c.set("auditTarget", user.name);
        c.set("auditDetail", name);
        const { sessionId } = c.get("principal");
        const sealed = takeChallenge(c, access);
        const { passkey, recoveryCodes } = await passkeys.create(user, sessionId, sealed, name, response, () =>
          c.get("reauthorize")?.(),
        );
        endOtherSessions(c, access, user);
        return c.json(ok({ passkey: toPasskeyInfo(passkey), recoveryCodes }), 201);
      },
    )
    .patch(
      "/:id",
      described({ tag: "account", summary: "Rename a passkey" }),
      validated("param", passkeyId),
      validated("json", passkeyPatch),
      (c) => {
        const user = ownUser(c, access);
        c.set("auditTarget", user.name);
        passkeys.rename(user.id, c.req.valid("param").id, c.req.valid("json").name);
        return c.json(ok({}));
      },
    )
    .delete(
      "/:id",
      described({
        tag: "account",
        summary: "Remove a passkey",
        description: `Recovery codes stay. ${FRESH}`,
      }),
      validated("param", passkeyId),
      (c) => {
        const user = ownUser(c, access);
        c.set("auditTarget", user.name);
        passkeys.remove(user.id, c.req.valid("param").id);
        return c.json(ok({}));
      },
    );
};
