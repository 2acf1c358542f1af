import SlidersHorizontal from "lucide-solid/icons/sliders-horizontal";
import { createSignal, For, Show } from "solid-js";
import type { ListedAlertRule } from "../../../../../shared/protocol/alert.ts";
import { BELL } from "../../../../../shared/protocol/alert-kinds.ts";
import { useSession } from "../../../lib/session.ts";
import { visibleName } from "../../../lib/terminal-text.ts";
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
      .map((id) =>
        id === BELL ? "bell" : visibleName(channels.data?.find((channel) => channel.id === id)?.name ?? "a channel"),
      )
      .join(", ");

  return (
    <>
      <SettingsCard
        title={alertLabels.rules}
        query={rules}
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
