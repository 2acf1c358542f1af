import SlidersHorizontal from "lucide-solid/icons/sliders-horizontal";
import { createSignal, For, Show } from "solid-js";
import type { ListedAlertRule } from "../../../../../shared/protocol/alert.ts";
import { BELL, DEFAULT_CHANNEL } from "../../../../../shared/protocol/alert-kinds.ts";
import { useSession } from "../../../lib/session.ts";
import { visibleName } from "../../../lib/terminal-text.ts";
import type { ViewedQuery } from "../../../resource/QueryView.tsx";
import { useChannels, useRules } from "../alert-queries.ts";
import { alertLabels, alertMessages } from "../messages.ts";
import { SettingsCard } from "../SettingsCard.tsx";
import { RuleDialog } from "./RuleDialog.tsx";
import { RuleRow } from "./RuleRow.tsx";
import { useRuleActions } from "./rule-actions.ts";

const texts = alertMessages.rules;

/** All rules. */
export function RulesTab() {
  const { toggle, remove } = useRuleActions();
  const session = useSession();
  const rules = useRules();
  const channels = useChannels();
  const [editing, setEditing] = createSignal<ListedAlertRule | "new" | null>(null);
  const canManage = () => session.may("alerts:manage");
  /** Users who may not manage alerts do not see the names of channels. */
  const channelNames = (rule: ListedAlertRule) =>
    rule.channels
      .filter((id) => id !== DEFAULT_CHANNEL || rules.data?.hasDefaultChannel)
      .map((id) => {
        if (id === BELL) return texts.bell;
        const isDefault = id === DEFAULT_CHANNEL;
        const channel = channels.data?.find((one) => (isDefault ? one.isDefault : one.id === id));
        if (!channel) return isDefault ? texts.anyDefault : texts.aChannel;
        const name = channel.enabled ? visibleName(channel.name) : texts.channelOff(visibleName(channel.name));
        return isDefault ? texts.defaultChannel(name) : name;
      })
      .join(", ");

  const list: ViewedQuery<readonly ListedAlertRule[]> = {
    get data() {
      return rules.data?.rules;
    },
    get error() {
      return rules.error;
    },
    refetch: () => rules.refetch(),
  };
  return (
    <>
      <SettingsCard
        title={alertLabels.rules}
        query={list}
        add={texts.add}
        onAdd={canManage() ? () => setEditing("new") : undefined}
        empty={{ icon: <SlidersHorizontal size={18} />, title: texts.empty, note: texts.emptyNote }}
      >
        {(list) => (
          <For each={list()}>
            {(rule) => (
              <RuleRow
                rule={rule}
                channels={channelNames(rule)}
                canManage={canManage()}
                onEdit={() => setEditing(rule)}
                onToggle={() => void toggle(rule)}
                onRemove={() => void remove(rule)}
              />
            )}
          </For>
        )}
      </SettingsCard>
      <Show when={editing()} keyed>
        {(rule) => (
          <RuleDialog
            rule={rule === "new" ? undefined : rule}
            channels={channels.data ?? []}
            onClose={() => setEditing(null)}
          />
        )}
      </Show>
    </>
  );
}
