import type { ListedAlertRule } from "../../../../../shared/protocol/alert.ts";
import { api } from "../../../lib/api.ts";
import { queryKeys, useInvalidate } from "../../../lib/queries.ts";
import { visibleName } from "../../../lib/terminal-text.ts";
import { confirmAction, sendAction } from "../../../resource/confirm-action.ts";
import { alertMessages } from "../messages.ts";
import { toSettings } from "./rule-form.ts";

const texts = alertMessages.rules;

/** Turning rules on and off, and removing them after a question. */
export function useRuleActions() {
  const invalidate = useInvalidate();
  const refetch = () => invalidate(queryKeys.alerts);
  return {
    toggle: (rule: ListedAlertRule) =>
      sendAction({
        send: () => api.alerts.changeRule(rule.id, { ...toSettings(rule), enabled: !rule.enabled }),
        refetch,
      }),
    remove: (rule: ListedAlertRule) =>
      confirmAction({
        title: texts.removeTitle(visibleName(rule.name)),
        body: texts.removeNote,
        action: texts.remove,
        danger: true,
        send: () => api.alerts.removeRule(rule.id),
        refetch,
      }),
  };
}

export type RuleActions = ReturnType<typeof useRuleActions>;
