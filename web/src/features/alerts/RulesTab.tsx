import Plus from "lucide-solid/icons/plus";
import SlidersHorizontal from "lucide-solid/icons/sliders-horizontal";
import { createSignal, For, Match, Show, Switch } from "solid-js";
import type { ListedAlertRule } from "../../../../shared/protocol/alert.ts";
import { BELL } from "../../../../shared/protocol/alert-kinds.ts";
import { api } from "../../lib/api.ts";
import { invalidate, queryKeys } from "../../lib/queries.ts";
import { session } from "../../lib/session.ts";
import { visibleName } from "../../lib/terminal-text.ts";
import { confirm } from "../../ui/confirm.tsx";
import { Badge, Button, Card, EmptyState, ErrorState, Skeleton, toast } from "../../ui/index.ts";
import { ruleWords, scopeWords, severityLooks } from "./alert-labels.ts";
import { useChannels, useRules } from "./alert-queries.ts";
import { RuleDialog } from "./RuleDialog.tsx";
import { toSettings } from "./rule-form.ts";

/** What is watched for. */
export function RulesTab() {
  const rules = useRules();
  const channels = useChannels();
  const [editing, setEditing] = createSignal<ListedAlertRule | "new" | null>(null);
  const manages = () => session.may("alerts:manage");
  /** Who may not change channels is not told where they lead. */
  const channelNames = (rule: ListedAlertRule) =>
    rule.channels
      .map((id) =>
        id === BELL ? "bell" : visibleName(channels.data?.find((one) => one.id === id)?.name ?? "a channel"),
      )
      .join(", ");

  const toggle = async (rule: ListedAlertRule) => {
    try {
      await api.alerts.changeRule(rule.id, { ...toSettings(rule), enabled: !rule.enabled });
    } catch (error) {
      toast.error(error);
    }
    await invalidate(queryKeys.alerts);
  };
  const remove = async (rule: ListedAlertRule) => {
    const yes = await confirm({
      title: `Remove ${visibleName(rule.name)}?`,
      body: "What it has found wrong now is forgotten with it; the history stays.",
      action: "Remove rule",
      danger: true,
    });
    if (!yes) return;
    try {
      await api.alerts.removeRule(rule.id);
    } catch (error) {
      toast.error(error);
    }
    await invalidate(queryKeys.alerts);
  };
  const add = () => (
    <Button variant="primary" size="sm" icon={<Plus size={15} />} onClick={() => setEditing("new")}>
      Add rule
    </Button>
  );

  return (
    <>
      <Card flush class="alert-card" title="Rules" actions={<Show when={manages()}>{add()}</Show>}>
        <Switch>
          <Match when={rules.isError}>
            <ErrorState error={rules.error} onRetry={() => void rules.refetch()} />
          </Match>
          <Match when={rules.data?.length === 0}>
            <EmptyState icon={<SlidersHorizontal size={18} />} title="No rules">
              A rule says what is wrong, for how long it has to be so, and who is told.
            </EmptyState>
          </Match>
          <Match when={rules.data}>
            {(list) => (
              <ul class="alert-list" aria-label="Rules">
                <For each={list()}>
                  {(rule) => (
                    <li class="alert-row" classList={{ "alert-off": !rule.enabled }}>
                      <div class="alert-what">
                        <div class="row alert-title">
                          <b class="truncate">{visibleName(rule.name)}</b>
                          <Badge tone={severityLooks[rule.severity].tone}>{severityLooks[rule.severity].text}</Badge>
                          <Show when={!rule.enabled}>
                            <Badge>off</Badge>
                          </Show>
                          <Show when={rule.held}>
                            <Badge tone="bad">held back</Badge>
                          </Show>
                          <Show when={rule.maker?.gone}>
                            <Badge tone="warn">made by removed {rule.maker?.kind}</Badge>
                          </Show>
                          <Show when={rule.healing}>
                            <Badge tone="info">restarts</Badge>
                          </Show>
                          <Show when={rule.quietHours}>
                            {(quiet) => (
                              <Badge>
                                quiet {quiet().from}–{quiet().to}
                              </Badge>
                            )}
                          </Show>
                        </div>
                        <div class="muted alert-detail">
                          {ruleWords(rule)} · {scopeWords(rule)} · to {channelNames(rule) || "nobody"}
                          <Show when={rule.maker}>{(maker) => <> · by {visibleName(maker().name)}</>}</Show>
                        </div>
                        <Show when={rule.held}>
                          <div class="field-error">
                            Log lines are held back: the user who saved this rule can no longer read all of these logs.
                            Save the rule to take it over.
                          </div>
                        </Show>
                      </div>
                      <Show when={manages()}>
                        <div class="row alert-actions">
                          <Button size="sm" aria-label={`Edit ${rule.name}`} onClick={() => setEditing(rule)}>
                            Edit
                          </Button>
                          <Button
                            size="sm"
                            aria-label={`Turn ${rule.enabled ? "off" : "on"} ${rule.name}`}
                            onClick={() => void toggle(rule)}
                          >
                            {rule.enabled ? "Turn off" : "Turn on"}
                          </Button>
                          <Button size="sm" aria-label={`Remove ${rule.name}`} onClick={() => void remove(rule)}>
                            Remove
                          </Button>
                        </div>
                      </Show>
                    </li>
                  )}
                </For>
              </ul>
            )}
          </Match>
          <Match when={rules.isPending}>
            <Skeleton lines={5} />
          </Match>
        </Switch>
      </Card>
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
