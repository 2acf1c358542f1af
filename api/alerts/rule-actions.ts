import { alertRuleBody, alertRuleSchema } from "../../shared/protocol/alert.ts";
import { action } from "../actions/action.ts";
import { makerOf, requireRights } from "./access.ts";
import { nameAndId } from "./audit-label.ts";
import { alertParams, manageAlerts } from "./manage-alerts.ts";

const result = { rule: alertRuleSchema };

const createRule = action({
  ...manageAlerts,
  name: "alert-rule:create",
  method: "POST",
  path: "/alerts/rules",
  title: "Create a rule",
  body: alertRuleBody,
  status: 201,
  result,
  target: {
    resolve: ({ body }, { principal }) => requireRights(principal, body),
    label: (_subject, { body }) => body.name,
  },
  apply: async ({ body }, { deps, principal, nameTarget }) => {
    const rule = deps.alerts.rules.add(body, makerOf(principal));
    nameTarget(nameAndId(rule));
    return { rule };
  },
});

const changeRule = action({
  ...manageAlerts,
  name: "alert-rule:change",
  method: "PUT",
  path: "/alerts/rules/:id",
  title: "Replace a rule",
  params: alertParams,
  body: alertRuleBody,
  result,
  target: {
    resolve: ({ body }, { principal }) => requireRights(principal, body),
    label: (_subject, { params: { id }, body: { name } }) => nameAndId({ name, id }),
  },
  apply: async ({ params: { id }, body }, { deps, principal }) => ({
    rule: deps.alerts.rules.change(id, body, makerOf(principal)),
  }),
});

const removeRule = action({
  ...manageAlerts,
  name: "alert-rule:remove",
  method: "DELETE",
  path: "/alerts/rules/:id",
  title: "Remove a rule",
  params: alertParams,
  target: {
    resolve: ({ params: { id } }, { deps }) => deps.alerts.rules.get(id),
    label: nameAndId,
  },
  apply: async (_input, { subject, deps }) => {
    deps.alerts.rules.remove(subject.id);
    return {};
  },
});

export const alertRuleActions = [createRule, changeRule, removeRule] as const;
