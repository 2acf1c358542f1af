import { gettingStartedSchema } from "../../shared/protocol/getting-started.ts";
import { ok } from "../../shared/protocol/result.ts";
import type { ApiDeps } from "../deps.ts";
import { createRoutes } from "../http/context.ts";
import { described } from "../http/openapi.ts";

/** `/api/getting-started`: what was found on this host, for administrators. */
export const gettingStartedRoutes = ({ gettingStarted }: Pick<ApiDeps, "gettingStarted">) =>
  createRoutes().get(
    "/",
    described({
      tag: "Operation",
      summary: "What was found on this host, and what is missing",
      description: "Answers within two seconds: a part that does not respond in time is `unknown`.",
      answer: gettingStartedSchema.shape,
    }),
    async (c) =>
      c.json(
        ok({
          steps: await gettingStarted.read(c.get("principal")),
          dismissed: gettingStarted.dismissed(),
        }),
      ),
  );
