import { A } from "@solidjs/router";
import BellOff from "lucide-solid/icons/bell-off";
import CircleCheck from "lucide-solid/icons/circle-check";
import { For, Match, Show, Switch } from "solid-js";
import type { Alert } from "../../../../shared/protocol/alert.ts";
import { api } from "../../lib/api.ts";
import { formatAgo, formatDateTime } from "../../lib/format.ts";
import { invalidate, queryKeys, useAlerts } from "../../lib/queries.ts";
import { session } from "../../lib/session.ts";
import { visibleName } from "../../lib/terminal-text.ts";
import { Badge, Button, Card, EmptyState, ErrorState, Menu, Skeleton, StatusDot, toast } from "../../ui/index.ts";
import { hrefOf, severityLooks, subjectName } from "./alert-labels.ts";

const silences: [seconds: number, label: string][] = [
  [3_600, "For an hour"],
  [28_800, "For eight hours"],
  [86_400, "For a day"],
  [604_800, "For a week"],
];

/** What is wrong now. */
export function NowTab() {
  const alerts = useAlerts();
  return (
    <Card flush class="alert-card">
      <Switch>
        <Match when={alerts.isError}>
          <ErrorState error={alerts.error} onRetry={() => void alerts.refetch()} />
        </Match>
        <Match when={alerts.data?.length === 0}>
          <EmptyState icon={<CircleCheck size={18} />} tone="ok" title="No problems">
            No rule has found anything wrong.
          </EmptyState>
        </Match>
        <Match when={alerts.data}>
          {(list) => (
            <ul class="alert-list" aria-label="Alerts now">
              <For each={list()}>{(alert) => <Row alert={alert} />}</For>
            </ul>
          )}
        </Match>
        <Match when={alerts.isPending}>
          <Skeleton lines={5} />
        </Match>
      </Switch>
    </Card>
  );
}

function Row(props: { alert: Alert }) {
  const look = () => severityLooks[props.alert.severity];
  const firing = () => props.alert.phase === "firing";
  const does = (work: () => Promise<unknown>) => async () => {
    try {
      await work();
    } catch (error) {
      toast.error(error);
    }
    await invalidate(queryKeys.alerts);
  };
  const name = () => subjectName(props.alert.subject);
  return (
    <li class="alert-row">
      <StatusDot tone={firing() ? look().tone : "neutral"} />
      <span class="visually-hidden">{look().text}</span>
      <div class="alert-what">
        <div class="row alert-title">
          <A class="alert-subject" href={hrefOf(props.alert.subject)}>
            {name()}
          </A>
          <Show when={!firing()}>
            <Badge title="Wrong, but not yet for as long as the rule asks.">pending</Badge>
          </Show>
          <Show when={props.alert.flapping}>
            <Badge tone="warn">comes and goes</Badge>
          </Show>
          <Show when={props.alert.gaveUp}>
            <Badge tone="bad">restarts did not help</Badge>
          </Show>
          <Show when={props.alert.acknowledgedBy}>{(who) => <Badge tone="info">taken over by {who()}</Badge>}</Show>
          <Show when={props.alert.silencedUntil}>
            {(end) => <Badge title={formatDateTime(end())}>silent until {formatDateTime(end())}</Badge>}
          </Show>
        </div>
        <div class="muted alert-detail">
          {visibleName(props.alert.ruleName)}
          <Show when={props.alert.detail}> · {visibleName(props.alert.detail)}</Show>
          <Show when={props.alert.heals > 0}>
            {" · "}
            {props.alert.heals === 1 ? "restarted once" : `restarted ${props.alert.heals} times`}
          </Show>
        </div>
      </div>
      <time class="faint alert-time" dateTime={props.alert.since} title={formatDateTime(props.alert.since)}>
        {formatAgo(props.alert.since)}
      </time>
      <Show when={firing() && session.may("alerts:manage")}>
        <div class="row alert-actions">
          <Show
            when={props.alert.acknowledgedBy}
            fallback={
              <Button
                size="sm"
                aria-label={`Take over ${name()}`}
                title="Tells and restarts nothing more until it is over"
                onClick={does(() => api.alerts.acknowledge(props.alert.id))}
              >
                Take over
              </Button>
            }
          >
            <Button
              size="sm"
              aria-label={`Give back ${name()}`}
              onClick={does(() => api.alerts.giveBack(props.alert.id))}
            >
              Give back
            </Button>
          </Show>
          <Menu
            label={`Silence ${name()}`}
            icon
            size="sm"
            trigger={<BellOff size={15} />}
            items={[
              { heading: "Send nothing" },
              ...silences.map(([seconds, label]) => ({
                label,
                onSelect: does(() => api.alerts.silence(props.alert.id, seconds)),
              })),
              ...(props.alert.silencedUntil
                ? [
                    "separator" as const,
                    { label: "End the silence", onSelect: does(() => api.alerts.silence(props.alert.id, 0)) },
                  ]
                : []),
            ]}
          />
        </div>
      </Show>
    </li>
  );
}
