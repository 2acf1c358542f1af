import { canSeeDeployment, canSeeService, may, type Principal } from "../../shared/protocol/access.ts";
import {
  type AlertRuleInput,
  type AlertSubject,
  type ConditionKind,
  conditionKinds,
  isLogCondition,
  logConditions,
} from "../../shared/protocol/alert.ts";
import { AppError } from "../../shared/server/errors.ts";
import { messages } from "./messages.ts";
import type { RuleMaker } from "./rule-store.ts";

/** Whether a principal can see the alerts of a subject. Those of the host need an unlimited scope. */
export const canSeeSubject =
  ({ limits }: Principal) =>
  ({ kind, name }: AlertSubject): boolean => {
    if (kind === "container") return canSeeService(limits, name);
    if (kind === "process") return canSeeDeployment(limits, name);
    return limits.services === null && limits.deployments === null;
  };

export const makerOf = ({ kind, id, name }: Principal): RuleMaker => ({ kind, id, name });

/**
 * A rule restarts and reads with the rights of its author: rejects a rule that may do more than the caller.
 *
 * @throws AppError `forbidden`
 */
export function requireRights(principal: Principal, { healing, condition }: AlertRuleInput): void {
  if (healing && !may(principal, "services:control")) throw new AppError("forbidden", messages.restartsNeedPermission);
  if (isLogCondition(condition) && !mayReadLogsOf(principal, condition.kind)) {
    throw new AppError("forbidden", messages.logsNeedPermission);
  }
}

/** Whether a principal may read what rules of all log conditions send. */
export const mayReadLogs = (principal: Principal): boolean =>
  logConditions.every((kind) => mayReadLogsOf(principal, kind));

const mayReadLogsOf = (principal: Principal, kind: ConditionKind): boolean =>
  may(principal, conditionKinds[kind].subject === "process" ? "deployments:view" : "services:view");

/** Hides the log line in an alert or event from callers who may not read logs. */
export const withoutLogLine =
  (principal: Principal) =>
  <T extends { condition: ConditionKind; detail: string }>(shown: T): T =>
    !logConditions.includes(shown.condition) || mayReadLogsOf(principal, shown.condition)
      ? shown
      : { ...shown, detail: messages.hiddenLogLine };
