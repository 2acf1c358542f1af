import { type Alert, alertSchema, silenceBody } from "../../shared/protocol/alert.ts";
import { type ActionTarget, action } from "../actions/action.ts";
import { withoutLogLine } from "./access.ts";
import { ruleAndSubject } from "./audit-label.ts";
import { alertChannelActions } from "./channel-actions.ts";
import { alertParams, manageAlerts } from "./manage-alerts.ts";
import { alertRuleActions } from "./rule-actions.ts";

const currentAlert: ActionTarget<{ params: { id: string } }, Alert> = {
  resolve: ({ params: { id } }, { deps }) => deps.alerts.find(id),
  label: ruleAndSubject,
};

/** An action on a current alert, which responds with its new state. */
const onAlert = { ...manageAlerts, params: alertParams, result: { alert: alertSchema }, target: currentAlert } as const;

const acknowledgeAlert = action({
  ...onAlert,
  name: "alert:acknowledge",
  method: "POST",
  path: "/alerts/:id/acknowledge",
  title: "Acknowledge an alert: no notifications or restarts until it resolves",
  apply: async (_input, { subject, deps, principal }) => ({
    alert: withoutLogLine(principal)(deps.alerts.acknowledge(subject.id, principal.name)),
  }),
});

const removeAcknowledgement = action({
  ...onAlert,
  name: "alert:give-back",
  method: "DELETE",
  path: "/alerts/:id/acknowledge",
  title: "Remove the acknowledgement of an alert",
  apply: async (_input, { subject, deps, principal }) => ({
    alert: withoutLogLine(principal)(deps.alerts.acknowledge(subject.id, null)),
  }),
});

const silenceAlert = action({
  ...onAlert,
  name: "alert:silence",
  method: "POST",
  path: "/alerts/:id/silence",
  title: "Silence an alert: no notifications for the given time",
  body: silenceBody,
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
