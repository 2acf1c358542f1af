import { z } from "zod";
import { principalSchema } from "../../../shared/protocol/access.ts";
import { setupBody } from "../../../shared/protocol/account.ts";
import { ok } from "../../../shared/protocol/result.ts";
import { createRoutes } from "../../http/context.ts";
import { described } from "../../http/openapi.ts";
import { validated } from "../../http/validate.ts";
import type { Authentication } from "../access.ts";
import { type SessionStart, startSession } from "./start-session.ts";

export const setupRoutes = ({ access }: { access: Pick<Authentication, "setup"> & SessionStart }) =>
  createRoutes()
    .get(
      "/",
      described({
        tag: "access",
        summary: "Show whether the first administrator is still missing",
        answer: { needed: z.boolean() },
      }),
      (c) => c.json(ok({ needed: access.setup.needed() })),
    )
    .post(
      "/",
      described({
        tag: "access",
        summary: "Create the first administrator and log in",
        answer: { principal: principalSchema },
        status: 201,
      }),
      validated("json", setupBody),
      async (c) => {
        const { token, username, password } = c.req.valid("json");
        const user = await access.setup.finish(token, username, password);
        c.set("auditTarget", user.name);
        return c.json(ok({ principal: await startSession(c, access, user) }), 201);
      },
    );
