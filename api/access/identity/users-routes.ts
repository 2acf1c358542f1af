import { z } from "zod";
import { userBody, userPatch, userSchema } from "../../../shared/protocol/account.ts";
import { ok } from "../../../shared/protocol/result.ts";
import { AppError } from "../../../shared/server/errors.ts";
import type { ApiDeps } from "../../deps.ts";
import { createRoutes } from "../../http/context.ts";
import { described } from "../../http/openapi.ts";
import { validated } from "../../http/validate.ts";
import { refuseWeakPassword } from "../login/password-policy.ts";
import { toUser, type UserRecord } from "./users.ts";

const FRESH = "For sessions with a fresh proof: see `POST /api/session/proof`. No API key may do this.";
const leftSchema = z.object({ rules: z.array(z.string()), channels: z.array(z.string()) });
const userId = z.strictObject({ id: z.uuid() });

/** Users, for administrators. */
export const usersRoutes = ({ access, alerts }: Pick<ApiDeps, "access" | "alerts">) => {
  const { users, sessions, passwords, passkeys } = access;
  const shown = (user: UserRecord) => toUser(user, passkeys.of(user.id).length);
  const existing = (id: string) => {
    const user = users.byId(id);
    if (!user) throw new AppError("not_found", "There is no such user.");
    return user;
  };
  const endAllSessions = (id: string) => access.endSessions(sessions.of(id).map((session) => session.id));
  const hashOf = async (password: string | undefined, name: string) => {
    if (password === undefined) return null;
    await refuseWeakPassword(password, name);
    return passwords.hash(password);
  };
  return createRoutes()
    .get("/", described({ tag: "users", summary: "All users", answer: { users: z.array(userSchema) } }), (c) =>
      c.json(ok({ users: users.all().map(shown) })),
    )
    .post(
      "/",
      described({
        tag: "users",
        summary: "Make a user",
        description: FRESH,
        answer: { user: userSchema },
        status: 201,
      }),
      validated("json", userBody),
      async (c) => {
        const { username: name, password, role, limits } = c.req.valid("json");
        c.set("auditTarget", name);
        c.set("auditDetail", `role ${role}`);
        const passwordHash = await hashOf(password, name);
        c.get("reauthorize")?.(); // hashing takes its time
        return c.json(ok({ user: shown(users.add({ name, role, limits, passwordHash })) }), 201);
      },
    )
    .patch(
      "/:id",
      described({
        tag: "users",
        summary: "Change role, limits or password of a user, or take the second factors away",
        description: FRESH,
        answer: { user: userSchema },
      }),
      validated("param", userId),
      validated("json", userPatch),
      async (c) => {
        const { id } = c.req.valid("param");
        const { role, limits, password, resetFactors } = c.req.valid("json");
        const { name } = existing(id);
        c.set("auditTarget", name);
        if ((password || resetFactors) && id === c.get("principal").id) {
          throw new AppError("forbidden", "Change your own password and second factor in your account.");
        }
        const passwordHash = await hashOf(password, name);
        c.get("reauthorize")?.(); // hashing takes its time
        users.change(id, {
          ...(role ? { role } : {}),
          ...(limits ? { limits } : {}),
          ...(passwordHash ? { passwordHash } : {}),
        });
        if (resetFactors) access.removeSecondFactors(id);
        if (passwordHash || resetFactors) endAllSessions(id);
        if (role || limits) access.cutSockets(id);
        c.set("auditDetail", describeChange({ role, limits, password, resetFactors }));
        return c.json(ok({ user: shown(existing(id)) }));
      },
    )
    .delete(
      "/:id",
      described({
        tag: "users",
        summary: "Remove a user with all sessions and keys",
        description: `Answers which alert rules and channels the user leaves: they stay until somebody removes them. ${FRESH}`,
        answer: { left: leftSchema },
      }),
      validated("param", userId),
      (c) => {
        const { id } = c.req.valid("param");
        c.set("auditTarget", existing(id).name);
        const held = sessions.of(id).map((session) => session.id);
        const owned = access.keys.all().flatMap((key) => (key.ownerId === id ? [key.id] : []));
        const left = alerts.madeBy([id, ...owned]);
        access.cutSockets(id); // while it is still known which keys are the user's
        users.remove(id);
        access.endSessions(held);
        access.keys.reload();
        return c.json(ok({ left }));
      },
    )
    .delete(
      "/:id/sessions",
      described({ tag: "users", summary: "End all sessions of a user" }),
      validated("param", userId),
      (c) => {
        const { id } = c.req.valid("param");
        c.set("auditTarget", existing(id).name);
        endAllSessions(id);
        return c.json(ok({}));
      },
    );
};

function describeChange({ role, limits, password, resetFactors }: z.output<typeof userPatch>): string {
  const parts = [
    role && `role ${role}`,
    limits && "limits",
    password && "password",
    resetFactors && "second factors removed",
  ];
  return parts.filter(Boolean).join(", ");
}
