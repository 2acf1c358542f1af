import { z } from "zod";
import { passwordChange, totpConfirmation } from "../../../shared/protocol/account.ts";
import { AppError } from "../../../shared/server/errors.ts";
import { action } from "../../actions/action.ts";
import { messages, NEEDS_PROOF } from "../messages.ts";
import { endOtherSessions, onAccount } from "./own-account.ts";
import { refuseWeakPassword } from "./password-policy.ts";

const endOwnSession = action({
  ...onAccount,
  name: "session:revoke",
  method: "DELETE",
  path: "/account/sessions/:id",
  title: "End one of the own sessions",
  params: z.strictObject({ id: z.uuid() }),
  target: {
    resolve: ({ params: { id } }, { deps, principal }) => {
      const session = deps.access.sessions.byId(id);
      if (session?.userId !== principal.id) throw new AppError("not_found", messages.noSuchSession);
      return session;
    },
    label: ({ id }) => id,
  },
  apply: async (_input, { subject, deps }) => {
    deps.access.endSessions([subject.id]);
    return {};
  },
});

const changePassword = action({
  ...onAccount,
  name: "account:password",
  method: "POST",
  path: "/account/password",
  title: "Change the own password; ends all other sessions",
  body: passwordChange,
  apply: async ({ body: { current, password } }, context) => {
    const { access } = context.deps;
    const user = await access.confirmPassword(context.principal.id, current);
    await refuseWeakPassword(password, user.name);
    const passwordHash = await access.passwords.hash(password);
    // While it was hashed, an administrator may have ended this session and set another password.
    context.reauthorize();
    if (access.users.byId(user.id)?.passwordHash !== user.passwordHash) {
      throw new AppError("conflict", messages.passwordChanged);
    }
    access.users.change(user.id, { passwordHash });
    endOtherSessions(context);
    return {};
  },
});

const beginTotp = action({
  ...onAccount,
  name: "account:totp-begin",
  method: "POST",
  path: "/account/totp",
  title: "Start to set up a second factor",
  description: NEEDS_PROOF,
  stepUp: true,
  result: { secret: z.string(), uri: z.string() },
  once: ["secret", "uri"],
  apply: async (_input, { subject, deps }) => deps.access.secondFactors.begin(subject),
});

const confirmTotp = action({
  ...onAccount,
  name: "account:totp-confirm",
  method: "POST",
  path: "/account/totp/confirm",
  title: "Turn the second factor on with its first code",
  body: totpConfirmation,
  result: { recoveryCodes: z.array(z.string()) },
  once: ["recoveryCodes"],
  apply: async ({ body }, context) => {
    const recoveryCodes = context.deps.access.secondFactors.confirm(context.subject, body.code);
    endOtherSessions(context);
    return { recoveryCodes };
  },
});

const removeTotp = action({
  ...onAccount,
  name: "account:totp-remove",
  method: "DELETE",
  path: "/account/totp",
  title: "Turn the second factor off",
  description: NEEDS_PROOF,
  stepUp: true,
  apply: async (_input, { subject, deps }) => {
    deps.access.secondFactors.remove(subject.id);
    return {};
  },
});

export const accountActions = [endOwnSession, changePassword, beginTotp, confirmTotp, removeTotp] as const;
