import { z } from "zod";
import { auditEntrySchema, auditQuery } from "../../shared/protocol/account.ts";
import { ok } from "../../shared/protocol/result.ts";
import type { Access } from "../access/access.ts";
import { createRoutes } from "../http/context.ts";
import { described } from "../http/openapi.ts";
import { validated } from "../http/validate.ts";

export const auditRoutes = ({ access }: { access: Access }) =>
  createRoutes().get(
    "/",
    described({
      tag: "audit",
      summary: "The audit trail, newest first",
      answer: { entries: z.array(auditEntrySchema), next: z.int().nullable() },
    }),
    validated("query", auditQuery),
    async (c) => c.json(ok(await access.trail.read(c.req.valid("query")))),
  );
