import { z } from "zod";
import { passwordChange, totpConfirmation } from "../../../shared/protocol/account.ts";
import { AppError } from "../../../shared/server/errors.ts";
import { action } from "../../actions/action.ts";
import { messages, NEEDS_PROOF } from "../messages.ts";
import { endOtherSessions, ownAccount } from "./own-account.ts";
import { refuseWeakPassword } from "./password-policy.ts";

const tag = "Account";

const endOwnSession = action({
  name: "session:revoke",
  method: "DELETE",
  path: "/account/sessions/:id",
  title: "End one of the own sessions",
  tag,
  permission: "session",
  params: z.strictObject({ id: z.uuid() }),
  mode: "respond",
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
  name: "account:password",
  method: "POST",
  path: "/account/password",
  title: "Change the own password; ends all other sessions",
  tag,
  permission: "session",
  body: passwordChange,
  mode: "respond",
  target: ownAccount,
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
  name: "account:totp-begin",
  method: "POST",
  path: "/account/totp",
  title: "Start to set up a second factor",
  tag,
  description: NEEDS_PROOF,
  permission: "session",
  stepUp: true,
  mode: "respond",
  result: { secret: z.string(), uri: z.string() },
  once: ["secret", "uri"],
  target: ownAccount,
  apply: async (_input, { subject, deps }) => deps.access.secondFactors.begin(subject),
});

const confirmTotp = action({
  name: "account:totp-confirm",
  method: "POST",
  path: "/account/totp/confirm",
  title: "Turn the second factor on with its first code",
  tag,
  permission: "session",
  body: totpConfirmation,
  mode: "respond",
  result: { recoveryCodes: z.array(z.string()) },
  once: ["recoveryCodes"],
  target: ownAccount,
  apply: async ({ body }, context) => {
    const recoveryCodes = context.deps.access.secondFactors.confirm(context.subject, body.code);
    endOtherSessions(context);
    return { recoveryCodes };
  },
});

const removeTotp = action({
  name: "account:totp-remove",
  method: "DELETE",
  path: "/account/totp",
  title: "Turn the second factor off",
  tag,
  description: NEEDS_PROOF,
  permission: "session",
  stepUp: true,
  mode: "respond",
  target: ownAccount,
  apply: async (_input, { subject, deps }) => {
    deps.access.secondFactors.remove(subject.id);
    return {};
  },
});

export const accountActions = [endOwnSession, changePassword, beginTotp, confirmTotp, removeTotp] as const;
