import { z } from "zod";
import { auditEntrySchema, auditQuery } from "../../shared/protocol/account.ts";
import { ok } from "../../shared/protocol/result.ts";
import type { ApiDeps } from "../deps.ts";
import { createRoutes } from "../http/context.ts";
import { described } from "../http/openapi.ts";
import { validated } from "../http/validate.ts";

export const auditRoutes = ({ trail }: Pick<ApiDeps, "trail">) =>
  createRoutes().get(
    "/",
    described({
      tag: "audit",
      summary: "The audit trail, newest first",
      answer: { entries: z.array(auditEntrySchema), next: z.int().nullable() },
    }),
    validated("query", auditQuery),
    async (c) => c.json(ok(await trail.read(c.req.valid("query")))),
  );
