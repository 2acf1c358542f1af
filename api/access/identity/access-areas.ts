import { z } from "zod";
import { type AccessArea, accessAreaSchema, permissions } from "../../../shared/protocol/access.ts";
import { ok } from "../../../shared/protocol/result.ts";
import type { AccessTable } from "../../http/access-entry.ts";
import { createRoutes } from "../../http/context.ts";
import { described } from "../../http/openapi.ts";

/** What the rows of the access table allow by permission, each combination once. */
export function accessAreasOf(table: AccessTable): AccessArea[] {
  const areas = new Map<string, AccessArea>();
  for (const { rule, action, scope = null, stepUp, scopedKeys } of Object.values(table)) {
    if (rule === "gateway") {
      const area = { permission: "mcp:call", changes: true, scope: null, keys: "scoped" } as const;
      areas.set(JSON.stringify(area), area);
    }
    if (!(rule in permissions)) continue;
    const keys = !stepUp ? "yes" : scopedKeys ? "scoped" : "no";
    const area = { permission: rule as AccessArea["permission"], changes: action !== undefined, scope, keys } as const;
    areas.set(JSON.stringify(area), area);
  }
  return [...areas.values()];
}

/** `/api/access`: the rules by which the guard decides, so that a page can say what an account may do before it exists. */
export function accessRoutes(table: AccessTable) {
  const areas = accessAreasOf(table);
  return createRoutes().get(
    "/",
    described({
      tag: "users",
      summary: "What each permission allows, and whether it does for accounts with limits and for API keys",
      answer: { areas: z.array(accessAreaSchema) },
    }),
    (c) => c.json(ok({ areas })),
  );
}
