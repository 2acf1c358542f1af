import { z } from "zod";
import { passkeyBody, passkeyInfo, passkeyPatch } from "../../../shared/protocol/passkey.ts";
import { action } from "../../actions/action.ts";
import { endOtherSessions, onAccount } from "../login/own-account.ts";
import { NEEDS_PROOF } from "../messages.ts";
import { takeChallenge } from "./passkey-cookie.ts";
import { toPasskeyInfo } from "./passkey-store.ts";

const params = z.strictObject({ id: z.uuid() });

const addPasskey = action({
  ...onAccount,
  name: "account:passkey-add",
  method: "POST",
  path: "/account/passkeys",
  title: "Add a passkey; ends all other sessions",
  description: `It counts as a second factor from now on. The first one comes with new recovery codes, shown this once. ${NEEDS_PROOF}`,
  stepUp: true,
  body: passkeyBody,
  status: 201,
  result: { passkey: passkeyInfo, recoveryCodes: z.array(z.string()).nullable() },
  once: ["recoveryCodes"],
  detail: ({ body }) => body.name,
  takeFromBrowser: (request, { access }) => takeChallenge(request, access),
  apply: async ({ body: { name, response } }, context) => {
    const { subject, deps, principal, fromBrowser: sealed, reauthorize } = context;
    const { passkey, recoveryCodes } = await deps.access.passkeys.create(
      subject,
      principal.sessionId,
      sealed,
      name,
      response,
      reauthorize,
    );
    endOtherSessions(context);
    return { passkey: toPasskeyInfo(passkey), recoveryCodes };
  },
});

const renamePasskey = action({
  ...onAccount,
  name: "account:passkey-rename",
  method: "PATCH",
  path: "/account/passkeys/:id",
  title: "Rename a passkey",
  params,
  body: passkeyPatch,
  apply: async ({ params: { id }, body: { name } }, { subject, deps }) => {
    deps.access.passkeys.rename(subject.id, id, name);
    return {};
  },
});

const removePasskey = action({
  ...onAccount,
  name: "account:passkey-remove",
  method: "DELETE",
  path: "/account/passkeys/:id",
  title: "Remove a passkey",
  description: `Recovery codes stay. ${NEEDS_PROOF}`,
  stepUp: true,
  params,
  apply: async ({ params: { id } }, { subject, deps }) => {
    deps.access.passkeys.remove(subject.id, id);
    return {};
  },
});

export const passkeyActions = [addPasskey, renamePasskey, removePasskey] as const;
