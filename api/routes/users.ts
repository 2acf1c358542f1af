import { z } from "zod";
import { userBody, userPatch } from "../../shared/protocol/account.ts";
import { ok } from "../../shared/protocol/result.ts";
import { AppError } from "../../shared/server/errors.ts";
import type { Access } from "../access/access.ts";
import { requireFreshProof } from "../access/fresh-proof.ts";
import { refuseWeakPassword } from "../access/password-policy.ts";
import { toUser } from "../access/users.ts";
import { createRoutes } from "../context.ts";
import { described } from "../middleware/described.ts";
import { validated } from "../middleware/validated.ts";
import { userSchema } from "../schemas/access.ts";

const userId = z.strictObject({ id: z.uuid() });

/** Users, for administrators. */
export const usersRoutes = ({ access }: { access: Access }) => {
  const { users, sessions, passwords, secondFactors } = access;
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
      c.json(ok({ users: users.all().map(toUser) })),
    )
    .post(
      "/",
      described({ tag: "users", summary: "Make a user", answer: { user: userSchema }, status: 201 }),
      validated("json", userBody),
      async (c) => {
        const { username: name, password, role, limits, ownPassword } = c.req.valid("json");
        c.set("auditTarget", name);
        c.set("auditDetail", `role ${role}`);
        await requireFreshProof(c, access, ownPassword);
        const passwordHash = await hashOf(password, name);
        c.get("stillAllowed")?.(); // hashing takes its time
        return c.json(ok({ user: toUser(users.add({ name, role, limits, passwordHash })) }), 201);
      },
    )
    .patch(
      "/:id",
      described({
        tag: "users",
        summary: "Change role, limits, password or second factor of a user",
        answer: { user: userSchema },
      }),
      validated("param", userId),
      validated("json", userPatch),
      async (c) => {
        const { id } = c.req.valid("param");
        const { role, limits, password, resetTotp, ownPassword } = c.req.valid("json");
        const { name } = existing(id);
        c.set("auditTarget", name);
        if ((password || resetTotp) && id === c.get("principal").id) {
          throw new AppError("forbidden", "Change your own password and second factor in your account.");
        }
        if (role || limits || password) await requireFreshProof(c, access, ownPassword);
        const passwordHash = await hashOf(password, name);
        c.get("stillAllowed")?.(); // hashing takes its time
        users.change(id, {
          ...(role ? { role } : {}),
          ...(limits ? { limits } : {}),
          ...(passwordHash ? { passwordHash } : {}),
        });
        if (resetTotp) secondFactors.remove(id);
        if (passwordHash || resetTotp) endAllSessions(id);
        if (role || limits) access.cutSockets(id);
        c.set("auditDetail", describeChange({ role, limits, password, resetTotp }));
        return c.json(ok({ user: toUser(existing(id)) }));
      },
    )
    .delete(
      "/:id",
      described({ tag: "users", summary: "Remove a user with all sessions and keys" }),
      validated("param", userId),
      (c) => {
        const { id } = c.req.valid("param");
        c.set("auditTarget", existing(id).name);
        const held = sessions.of(id).map((session) => session.id);
        access.cutSockets(id); // while it is still known which keys are the user's
        users.remove(id);
        access.endSessions(held);
        access.keys.reload();
        return c.json(ok({}));
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

function describeChange({ role, limits, password, resetTotp }: z.output<typeof userPatch>): string {
  const parts = [
    role && `role ${role}`,
    limits && "limits",
    password && "password",
    resetTotp && "second factor removed",
  ];
  return parts.filter(Boolean).join(", ");
}
