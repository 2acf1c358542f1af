import Plus from "lucide-solid/icons/plus";
import Send from "lucide-solid/icons/send";
import SlidersHorizontal from "lucide-solid/icons/sliders-horizontal";
import { createMemo } from "solid-js";
import type { AlertChannel, ListedAlertRule } from "../../../../shared/protocol/alert.ts";
import { api } from "../../lib/api.ts";
import { useCachedList } from "../../lib/cached-list.ts";
import { lazy } from "../../lib/load-part.ts";
import { queryKeys, useInvalidate } from "../../lib/queries.ts";
import { useSession } from "../../lib/session.ts";
import { visibleName } from "../../lib/terminal-text.ts";
import { sendAction } from "../../resource/confirm-action.ts";
import type { CommandAction, CommandContext, CommandSource } from "../../shell/commands.ts";
import { alertMessages, commandMessages as texts } from "./messages.ts";
import { type RuleActions, useRuleActions } from "./rules/rule-actions.ts";

const RuleDialog = lazy(async () => ({ default: (await import("./rules/RuleDialog.tsx")).RuleDialog }));
const ChannelDialog = lazy(async () => ({ default: (await import("./channels/ChannelDialog.tsx")).ChannelDialog }));

/** Rules and channels of the alerts, and what can be done with each. */
export const createAlertCommands: CommandSource = (context) => {
  const session = useSession();
  const actions = useRuleActions();
  const invalidate = useInvalidate();
  const seesAll = () => {
    const limits = session.principal()?.limits;
    return session.may("alerts:view") && limits?.services === null && limits.deployments === null;
  };
  const rules = useCachedList([...queryKeys.alerts, "rules"], () => api.alerts.rules(), seesAll);
  const channels = useCachedList(
    [...queryKeys.alerts, "channels"],
    () => api.alerts.channels(),
    () => seesAll() && session.may("alerts:manage"),
  );
  const test = (channel: AlertChannel) =>
    void sendAction({
      send: () => api.alerts.testChannel(channel.id),
      done: texts.tested(visibleName(channel.name)),
      refetch: () => invalidate(queryKeys.alerts),
    });
  const editRule = (rule: ListedAlertRule | undefined) => () =>
    context.show((close) => <RuleDialog rule={rule} channels={channels.data ?? []} onClose={close} />);
  return createMemo(() => [
    ...(rules.data?.rules ?? []).map((rule) => ({
      id: `alert-rule:${rule.id}`,
      label: visibleName(rule.name),
      group: texts.rule,
      icon: SlidersHorizontal,
      run: () => context.open("/alerts?tab=rules"),
      actions: ruleActions(rule, editRule(rule), actions),
    })),
    ...(channels.data ?? []).map((channel) => ({
      id: `alert-channel:${channel.id}`,
      label: visibleName(channel.name),
      group: texts.channel,
      icon: Send,
      run: () => context.open("/alerts?tab=channels"),
      actions: channelActions(channel, test, context),
    })),
    {
      id: "alert-rule:create",
      label: alertMessages.rules.add,
      group: texts.rule,
      icon: Plus,
      name: "alert-rule:create",
      run: editRule(undefined),
    },
    {
      id: "alert-channel:create",
      label: alertMessages.channels.add,
      group: texts.channel,
      icon: Plus,
      name: "alert-channel:create",
      run: () => context.show((close) => <ChannelDialog onClose={close} />),
    },
  ]);
};

const ruleActions = (rule: ListedAlertRule, edit: () => void, { toggle, remove }: RuleActions): CommandAction[] => [
  { verb: texts.edit, name: "alert-rule:change", run: edit },
  { verb: rule.enabled ? texts.turnOff : texts.turnOn, name: "alert-rule:change", run: () => void toggle(rule) },
  { verb: texts.remove, name: "alert-rule:remove", run: () => void remove(rule) },
];

const channelActions = (
  channel: AlertChannel,
  test: (channel: AlertChannel) => void,
  { show }: CommandContext,
): CommandAction[] => [
  {
    verb: texts.edit,
    name: "alert-channel:change",
    run: () => show((close) => <ChannelDialog channel={channel} onClose={close} />),
  },
  { verb: texts.test, name: "alert-channel:test", run: () => test(channel) },
];
