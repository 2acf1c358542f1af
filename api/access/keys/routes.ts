import { z } from "zod";
import { may, type Principal } from "../../../shared/protocol/access.ts";
import { type ApiKeyInfo, apiKeySchema, keyBody } from "../../../shared/protocol/account.ts";
import { ok } from "../../../shared/protocol/result.ts";
import { AppError } from "../../../shared/server/errors.ts";
import { createRoutes } from "../../http/context.ts";
import { described } from "../../http/openapi.ts";
import { validated } from "../../http/validate.ts";
import type { Access } from "../access.ts";
import { lesserRole, narrowestLimits } from "../identity/identify.ts";
import type { ApiKey } from "./api-keys.ts";

const keyId = z.strictObject({ id: z.uuid() });

/** API keys: `/api/keys`. Users see and revoke their own, administrators all. */
export const keysRoutes = ({ access }: { access: Access }) => {
  const { keys, users } = access;
  const canSee = (principal: Principal, key: ApiKey) => key.ownerId === principal.id || principal.role === "admin";
  const toInfo = (key: ApiKey): ApiKeyInfo => ({
    id: key.id,
    name: key.name,
    prefix: key.prefix,
    role: key.role,
    scopes: key.scopes,
    limits: key.limits,
    owner: { id: key.ownerId, name: users.byId(key.ownerId)?.name ?? "" },
    createdAt: key.createdAt,
    expiresAt: key.expiresAt,
    lastUsedAt: key.lastUsedAt,
  });
  return createRoutes()
    .get("/", described({ tag: "keys", summary: "List API keys", answer: { keys: z.array(apiKeySchema) } }), (c) => {
      const principal = c.get("principal");
      return c.json(
        ok({
          keys: keys
            .all()
            .filter((key) => canSee(principal, key))
            .map(toInfo),
        }),
      );
    })
    .post(
      "/",
      described({
        tag: "keys",
        summary: "Create an API key; the response is the only one that contains it",
        description: "Needs a fresh proof: see `POST /api/session/proof`.",
        answer: { key: apiKeySchema, secret: z.string() },
        status: 201,
      }),
      validated("json", keyBody),
      (c) => {
        const { role, scopes, limits, name, days } = c.req.valid("json");
        const principal = c.get("principal");
        c.set("auditTarget", name);
        c.set("auditDetail", `role ${role}, ${days} days, ${scopes ? scopes.join(" ") : "all the role may do"}`);
        if (lesserRole(role, principal.role) !== role) {
          throw new AppError("forbidden", "A key cannot have a higher role than its owner.");
        }
        const excess = scopes?.find((scope) => !may({ role, scopes: null }, scope));
        if (excess) throw new AppError("invalid_input", `A key of this role cannot have the scope ${excess}.`);
        const within = narrowestLimits(limits, principal.limits);
        const { record, key } = keys.add({ name, ownerId: principal.id, role, scopes, limits: within, days });
        return c.json(ok({ key: toInfo(record), secret: key }), 201);
      },
    )
    .delete("/:id", described({ tag: "keys", summary: "Revoke a key" }), validated("param", keyId), (c) => {
      const { id } = c.req.valid("param");
      const key = keys.byId(id);
      if (!key || !canSee(c.get("principal"), key)) throw new AppError("not_found", "There is no such key.");
      c.set("auditTarget", key.name);
      try {
        keys.remove(id);
      } finally {
        access.endSessions([id]);
      }
      return c.json(ok({}));
    });
};
