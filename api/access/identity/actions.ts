import { z } from "zod";
import { type User, userBody, userPatch, userSchema } from "../../../shared/protocol/account.ts";
import { AppError } from "../../../shared/server/errors.ts";
import { type ActionTarget, action } from "../../actions/action.ts";
import { hostTarget } from "../../actions/host-target.ts";
import type { Accounts } from "../access.ts";
import { refuseWeakPassword } from "../login/password-policy.ts";
import { messages } from "../messages.ts";
import { endSessionsOf } from "./user-sessions.ts";
import { toUser, type UserChange, type UserRecord } from "./users.ts";

const manage = { tag: "Users", permission: "access:manage", mode: "respond" } as const;
const description = "For sessions with a fresh proof: see `POST /api/session/proof`. No API key may do this.";
const withProof = { ...manage, description, stepUp: true } as const;
const params = z.strictObject({ id: z.uuid() });

const findUser = ({ users }: Pick<Accounts, "users">, id: string): UserRecord => {
  const user = users.byId(id);
  if (!user) throw new AppError("not_found", messages.noSuchUser);
  return user;
};

const view = ({ passkeys }: Pick<Accounts, "passkeys">, user: UserRecord): User =>
  toUser(user, passkeys.of(user.id).length);

const userTarget: ActionTarget<{ params: { id: string } }, UserRecord> = {
  resolve: ({ params: { id } }, { deps }) => findUser(deps.access, id),
  label: ({ name }) => name,
};

/** @throws AppError `invalid_input` for a password that is easy to guess */
async function hashOf(
  { passwords }: Pick<Accounts, "passwords">,
  password: string | undefined,
  name: string,
): Promise<string | null> {
  if (password === undefined) return null;
  await refuseWeakPassword(password, name);
  return passwords.hash(password);
}

const createUser = action({
  ...withProof,
  name: "user:create",
  method: "POST",
  path: "/users",
  title: "Create a user",
  body: userBody,
  status: 201,
  result: { user: userSchema },
  target: hostTarget(({ body }: { body: { username: string } }) => body.username),
  detail: ({ body }) => `role ${body.role}`,
  apply: async ({ body }, { deps: { access }, reauthorize }) => {
    const { username: name, password, role, limits } = body;
    const passwordHash = await hashOf(access, password, name);
    reauthorize(); // hashing takes its time
    return { user: view(access, access.users.add({ name, role, limits, passwordHash })) };
  },
});

const changeUser = action({
  ...withProof,
  name: "user:change",
  method: "PATCH",
  path: "/users/:id",
  title: "Change role, limits or password of a user, or remove the second factors",
  params,
  body: userPatch,
  result: { user: userSchema },
  target: userTarget,
  detail: ({ body: { role, limits, password, resetFactors } }) =>
    [role && `role ${role}`, limits && "limits", password && "password", resetFactors && "second factors removed"]
      .filter(Boolean)
      .join(", "),
  apply: async ({ body }, { subject, deps: { access }, principal, reauthorize }) => {
    const { id, name } = subject;
    const { role, limits, password, resetFactors } = body;
    if ((password || resetFactors) && id === principal.id) throw new AppError("forbidden", messages.ownAccount);
    const passwordHash = await hashOf(access, password, name);
    reauthorize(); // hashing takes its time
    const change: UserChange = {};
    if (role) change.role = role;
    if (limits) change.limits = limits;
    if (passwordHash) change.passwordHash = passwordHash;
    access.users.change(id, change);
    if (resetFactors) access.removeSecondFactors(id);
    if (passwordHash || resetFactors) endSessionsOf(access, id);
    if (role || limits) access.cutSockets(id);
    return { user: view(access, findUser(access, id)) };
  },
});

const removeUser = action({
  ...withProof,
  name: "user:remove",
  method: "DELETE",
  path: "/users/:id",
  title: "Remove a user with all sessions and keys",
  description: `Responds with the alert rules and channels of the user: they stay until they are removed. ${description}`,
  params,
  result: { left: z.object({ rules: z.array(z.string()), channels: z.array(z.string()) }) },
  target: userTarget,
  apply: async (_input, { subject: { id }, deps: { access, alerts } }) => {
    const held = access.sessions.of(id).map((session) => session.id);
    const owned = access.keys.all().flatMap((key) => (key.ownerId === id ? [key.id] : []));
    const left = alerts.madeBy([id, ...owned]);
    access.cutSockets(id); // before the removal, which forgets whose keys they were
    access.users.remove(id);
    access.endSessions(held);
    access.keys.reload();
    return { left };
  },
});

const endUserSessions = action({
  ...manage,
  name: "user:revoke-sessions",
  method: "DELETE",
  path: "/users/:id/sessions",
  title: "End all sessions of a user",
  params,
  target: userTarget,
  apply: async (_input, { subject, deps }) => {
    endSessionsOf(deps.access, subject.id);
    return {};
  },
});

export const userActions = [createUser, changeUser, removeUser, endUserSessions] as const;
