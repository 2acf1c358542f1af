import { z } from "zod";
import { type Alert, alertSchema, silenceBody } from "../../shared/protocol/alert.ts";
import { opaqueId } from "../../shared/protocol/identifier.ts";
import { type ActionTarget, action } from "../actions/action.ts";
import { requireFullScope, withoutLogLine } from "./access.ts";
import { ruleAndSubject } from "./audit-label.ts";
import { alertChannelActions } from "./channel-actions.ts";
import { alertRuleActions } from "./rule-actions.ts";

const tag = "Alerts";
const params = z.object({ id: opaqueId });
const result = { alert: alertSchema };

const currentAlert: ActionTarget<{ params: { id: string } }, Alert> = {
  resolve({ params: { id } }, { deps, principal }) {
    requireFullScope(principal);
    return deps.alerts.find(id);
  },
  label: ruleAndSubject,
};

const acknowledgeAlert = action({
  name: "alert:acknowledge",
  method: "POST",
  path: "/alerts/:id/acknowledge",
  title: "Acknowledge an alert: no notifications or restarts until it resolves",
  tag,
  permission: "alerts:manage",
  params,
  mode: "respond",
  result,
  target: currentAlert,
  apply: async (_input, { subject, deps, principal }) => ({
    alert: withoutLogLine(principal)(deps.alerts.acknowledge(subject.id, principal.name)),
  }),
});

const removeAcknowledgement = action({
  name: "alert:give-back",
  method: "DELETE",
  path: "/alerts/:id/acknowledge",
  title: "Remove the acknowledgement of an alert",
  tag,
  permission: "alerts:manage",
  params,
  mode: "respond",
  result,
  target: currentAlert,
  apply: async (_input, { subject, deps, principal }) => ({
    alert: withoutLogLine(principal)(deps.alerts.acknowledge(subject.id, null)),
  }),
});

const silenceAlert = action({
  name: "alert:silence",
  method: "POST",
  path: "/alerts/:id/silence",
  title: "Silence an alert: no notifications for the given time",
  tag,
  permission: "alerts:manage",
  params,
  body: silenceBody,
  mode: "respond",
  result,
  target: currentAlert,
  apply: async ({ body: { seconds } }, { subject, deps, principal }) => ({
    alert: withoutLogLine(principal)(deps.alerts.silence(subject.id, seconds)),
  }),
});

/** Rules and channels come first: `/alerts/rules/acknowledge` names a rule. */
export const alertActions = [
  ...alertRuleActions,
  ...alertChannelActions,
  acknowledgeAlert,
  removeAcknowledgement,
  silenceAlert,
] as const;
