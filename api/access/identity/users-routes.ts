import { z } from "zod";
import { userSchema } from "../../../shared/protocol/account.ts";
import { ok } from "../../../shared/protocol/result.ts";
import { createRoutes } from "../../http/context.ts";
import { described } from "../../http/openapi.ts";
import type { Accounts } from "../access.ts";
import { toUser } from "./users.ts";

/** Reads of the users, for administrators: `/api/users`. Changes are in `actions.ts`. */
export const usersRoutes = ({ access: { users, passkeys } }: { access: Pick<Accounts, "users" | "passkeys"> }) =>
  createRoutes().get(
    "/",
    described({ tag: "users", summary: "List the users", answer: { users: z.array(userSchema) } }),
    (c) => c.json(ok({ users: users.all().map((user) => toUser(user, passkeys.of(user.id).length)) })),
  );
