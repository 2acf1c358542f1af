import { z } from "zod";
import type { Principal } from "../../shared/protocol/access.ts";
import { type OfferedAction, offeredActionSchema } from "../../shared/protocol/action.ts";
import { ok } from "../../shared/protocol/result.ts";
import type { ApiDeps } from "../deps.ts";
import { createRoutes } from "../http/context.ts";
import { isAllowed } from "../http/guard.ts";
import { described } from "../http/openapi.ts";
import type { AnyAction } from "./action.ts";
import { actions } from "./list.ts";

const offers = new WeakMap<AnyAction, OfferedAction>();

/** Description of an action, as a caller gets it. Schemas are turned into JSON Schema once per action. */
function offerOf(action: AnyAction): OfferedAction {
  const known = offers.get(action);
  if (known) return known;
  const { name, title, tag, method, path, stepUp, body } = action;
  const offer: OfferedAction = {
    name,
    target: name.slice(0, name.indexOf(":")),
    title,
    area: tag,
    method,
    path,
    proof: stepUp !== undefined,
    input: body ? { ...z.toJSONSchema(body, { io: "input", unrepresentable: "any" }) } : null,
  };
  offers.set(action, offer);
  return offer;
}

/** Whether a caller may perform an action on some target: by role, scopes and limits. A proof may still be required. */
function mayPerform(principal: Principal, action: AnyAction, access: ApiDeps["access"]): boolean {
  const { permission, hostScope, stepUp } = action;
  if (!isAllowed(principal, permission, access)) return false;
  // A function that reads no input decides the same for every request, only later.
  const isHostOnly = hostScope === true || (typeof hostScope === "function" && hostScope.length === 0);
  if (isHostOnly && principal.limits.services !== null) return false;
  if (principal.kind === "user" || stepUp === undefined) return true;
  return stepUp === "scoped-keys" && principal.scopes?.some((scope) => scope === permission) === true;
}

/** `GET /api/actions`: the list of actions, without those that the caller may not perform. */
export const offersRoutes = ({ access }: Pick<ApiDeps, "access">) =>
  createRoutes().get(
    "/",
    described({
      tag: "Actions",
      summary: "List the actions that the caller may perform",
      description:
        "What changes something on this server, with the input it takes. Whether one can be performed on a certain target is decided by its route.",
      answer: { actions: z.array(offeredActionSchema) },
    }),
    (c) => {
      const principal = c.get("principal");
      return c.json(ok({ actions: actions.filter((action) => mayPerform(principal, action, access)).map(offerOf) }));
    },
  );
