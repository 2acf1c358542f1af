import { z } from "zod";
import { alertRuleBody, alertRuleSchema } from "../../shared/protocol/alert.ts";
import { opaqueId } from "../../shared/protocol/identifier.ts";
import { action } from "../actions/action.ts";
import { makerOf, requireFullScope, requireRights } from "./access.ts";
import { nameAndId } from "./audit-label.ts";

const tag = "Alerts";
const params = z.object({ id: opaqueId });
const result = { rule: alertRuleSchema };

const createRule = action({
  name: "alert-rule:create",
  method: "POST",
  path: "/alerts/rules",
  title: "Create a rule",
  tag,
  permission: "alerts:manage",
  body: alertRuleBody,
  mode: "respond",
  status: 201,
  result,
  target: {
    resolve({ body }, { principal }) {
      requireFullScope(principal);
      requireRights(principal, body);
    },
    label: (_subject, { body }) => body.name,
  },
  created: ({ rule }) => nameAndId(rule),
  apply: async ({ body }, { deps, principal }) => ({ rule: deps.alerts.rules.add(body, makerOf(principal)) }),
});

const changeRule = action({
  name: "alert-rule:change",
  method: "PUT",
  path: "/alerts/rules/:id",
  title: "Replace a rule",
  tag,
  permission: "alerts:manage",
  params,
  body: alertRuleBody,
  mode: "respond",
  result,
  target: {
    resolve({ body }, { principal }) {
      requireFullScope(principal);
      requireRights(principal, body);
    },
    label: (_subject, { params: { id }, body: { name } }) => nameAndId({ name, id }),
  },
  apply: async ({ params: { id }, body }, { deps, principal }) => ({
    rule: deps.alerts.rules.change(id, body, makerOf(principal)),
  }),
});

const removeRule = action({
  name: "alert-rule:remove",
  method: "DELETE",
  path: "/alerts/rules/:id",
  title: "Remove a rule",
  tag,
  permission: "alerts:manage",
  params,
  mode: "respond",
  target: {
    resolve({ params: { id } }, { deps, principal }) {
      requireFullScope(principal);
      return deps.alerts.rules.get(id);
    },
    label: nameAndId,
  },
  apply: async (_input, { subject, deps }) => {
    deps.alerts.rules.remove(subject.id);
    return {};
  },
});

export const alertRuleActions = [createRule, changeRule, removeRule] as const;
