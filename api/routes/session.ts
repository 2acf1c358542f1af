import type { Principal } from "../../shared/protocol/access.ts";
import { loginBody } from "../../shared/protocol/account.ts";
import { ok } from "../../shared/protocol/result.ts";
import { toFailure } from "../../shared/server/errors.ts";
import { addressBucket } from "../../shared/server/peer-address.ts";
import type { Access } from "../access/access.ts";
import { clearSessionCookie } from "../access/cookie.ts";
import { CodeRequired } from "../access/login.ts";
import { cameByHttps } from "../access/request-facts.ts";
import { startSession } from "../access/start-session.ts";
import { createRoutes } from "../context.ts";
import { described } from "../middleware/described.ts";
import { validated } from "../middleware/validated.ts";
import { principalSchema } from "../schemas/access.ts";

export const sessionRoutes = ({ access }: { access: Access }) =>
  createRoutes()
    .post(
      "/",
      described({ tag: "access", summary: "Log in", answer: { principal: principalSchema } }),
      validated("json", loginBody),
      async (c) => {
        const body = c.req.valid("json");
        // A name that nobody has may be a password typed into the wrong field: it is not written down.
        c.set("auditTarget", access.users.byName(body.username)?.name ?? "unknown user");
        const address = c.get("address");
        try {
          const user = await access.login({ ...body, address, bucket: addressBucket(address) });
          return c.json(ok({ principal: startSession(c, access, user) }));
        } catch (error) {
          if (!(error instanceof CodeRequired)) throw error;
          return c.json({ ...toFailure(error, c.get("requestId")), codeRequired: true }, 401);
        }
      },
    )
    .get(
      "/",
      described({
        tag: "access",
        summary: "Who is logged in; null for a stranger",
        answer: { principal: principalSchema.nullable() },
      }),
      (c) => {
        const principal: Principal | undefined = c.get("principal");
        return c.json(ok({ principal: principal ?? null }));
      },
    )
    .delete("/", described({ tag: "access", summary: "Log out" }), (c) => {
      access.endSessions([c.get("principal").sessionId]);
      clearSessionCookie(c, cameByHttps(c, access));
      return c.json(ok({}));
    });
