import { passkeyOptions } from "../../../shared/protocol/passkey.ts";
import { ok } from "../../../shared/protocol/result.ts";
import { AppError } from "../../../shared/server/errors.ts";
import { createRoutes } from "../../http/context.ts";
import { described } from "../../http/openapi.ts";
import type { Accounts } from "../access.ts";
import { messages, NEEDS_PROOF } from "../messages.ts";
import { type ChallengeSite, sendChallenge } from "./passkey-cookie.ts";

/** The challenge for a new passkey of the caller: `/api/account/passkeys/options`. Changes are in `actions.ts`. */
export const passkeyRoutes = ({ access }: { access: Pick<Accounts, "users" | "passkeys"> & ChallengeSite }) =>
  createRoutes().post(
    "/options",
    described({
      tag: "account",
      summary: "Start to add a passkey",
      description: `What to give to \`navigator.credentials.create\`, within ten minutes. ${NEEDS_PROOF}`,
      answer: { options: passkeyOptions },
    }),
    async (c) => {
      const { id, sessionId } = c.get("principal");
      const user = access.users.byId(id);
      if (!user) throw new AppError("unauthorized", messages.loginFirst);
      const challenge = await access.passkeys.beginCreation(user, sessionId);
      sendChallenge(c, access, challenge);
      return c.json(ok({ options: challenge.options }));
    },
  );
