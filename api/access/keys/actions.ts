import { z } from "zod";
import { may, narrowestScope } from "../../../shared/protocol/access.ts";
import { apiKeySchema, keyBody } from "../../../shared/protocol/account.ts";
import { AppError } from "../../../shared/server/errors.ts";
import { action } from "../../actions/action.ts";
import { hostTarget } from "../../actions/host-target.ts";
import { lesserRole } from "../identity/identify.ts";
import { messages, NEEDS_PROOF } from "../messages.ts";
import { canSeeKey, toKeyInfo } from "./key-view.ts";

const tag = "Keys";

const createKey = action({
  name: "key:create",
  method: "POST",
  path: "/keys",
  title: "Create an API key; the response is the only one that contains it",
  tag,
  description: NEEDS_PROOF,
  permission: "session",
  stepUp: true,
  body: keyBody,
  mode: "respond",
  status: 201,
  result: { key: apiKeySchema, secret: z.string() },
  once: ["secret"],
  target: hostTarget(({ body }: { body: { name: string } }) => body.name),
  detail: ({ body: { role, days, scopes } }) =>
    `role ${role}, ${days} days, ${scopes ? scopes.join(" ") : "all the role may do"}`,
  apply: async ({ body }, { deps: { access }, principal }) => {
    const { role, scopes, limits, name, days } = body;
    if (lesserRole(role, principal.role) !== role) throw new AppError("forbidden", messages.roleAboveOwner);
    const excess = scopes?.find((scope) => !may({ role, scopes: null }, scope));
    if (excess) throw new AppError("invalid_input", messages.scopeAboveRole(excess));
    const within = narrowestScope(limits, principal.limits);
    const { record, key } = access.keys.add({ name, ownerId: principal.id, role, scopes, limits: within, days });
    return { key: toKeyInfo(record, access.users), secret: key };
  },
});

const revokeKey = action({
  name: "key:revoke",
  method: "DELETE",
  path: "/keys/:id",
  title: "Revoke a key",
  tag,
  permission: "session",
  params: z.strictObject({ id: z.uuid() }),
  mode: "respond",
  target: {
    resolve: ({ params: { id } }, { deps, principal }) => {
      const key = deps.access.keys.byId(id);
      if (!key || !canSeeKey(principal, key)) throw new AppError("not_found", messages.noSuchKey);
      return key;
    },
    label: ({ name }) => name,
  },
  apply: async (_input, { subject, deps: { access } }) => {
    try {
      access.keys.remove(subject.id);
    } finally {
      access.endSessions([subject.id]);
    }
    return {};
  },
});

export const keyActions = [createKey, revokeKey] as const;
