import { A } from "@solidjs/router";
import BellOff from "lucide-solid/icons/bell-off";
import CircleCheck from "lucide-solid/icons/circle-check";
import { For, Match, Show, Switch } from "solid-js";
import type { Alert } from "../../../../shared/protocol/alert.ts";
import { api } from "../../lib/api.ts";
import { formatAgo, formatDateTime } from "../../lib/format.ts";
import { queryKeys, useAlerts, useInvalidate } from "../../lib/queries.ts";
import { useSession } from "../../lib/session.ts";
import { visibleName } from "../../lib/terminal-text.ts";
import { Badge, Button, Card, EmptyState, ErrorState, Menu, Skeleton, StatusDot, toast } from "../../ui/index.ts";
import { listKeys } from "../../ui/list-keys.ts";
import { tipOf } from "../../ui/tip.ts";
import { hrefOf, severityDisplay, subjectName } from "./alert-labels.ts";
import { alertMessages } from "./messages.ts";

const texts = alertMessages.now;

const silences: [seconds: number, label: string][] = [
  [3_600, "For an hour"],
  [28_800, "For eight hours"],
  [86_400, "For a day"],
  [604_800, "For a week"],
];

/** Current alerts. */
export function NowTab() {
  const alerts = useAlerts();
  return (
    <Card flush class="alert-card">
      <Switch>
        <Match when={alerts.isError}>
          <ErrorState error={alerts.error} onRetry={() => void alerts.refetch()} />
        </Match>
        <Match when={alerts.data?.length === 0}>
          <EmptyState icon={<CircleCheck size={18} />} tone="ok" title={texts.healthy}>
            {texts.healthyNote}
          </EmptyState>
        </Match>
        <Match when={alerts.data}>
          {(list) => (
            <ul ref={(list) => listKeys(list)} class="alert-list" aria-label={texts.list}>
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
  const invalidate = useInvalidate();
  const session = useSession();
  const display = () => severityDisplay[props.alert.severity];
  const firing = () => props.alert.phase === "firing";
  const act = (work: () => Promise<unknown>) => async () => {
    try {
      await work();
    } catch (error) {
      toast.error(error);
    }
    await invalidate(queryKeys.alerts);
  };
  const name = () => subjectName(props.alert.subject);
  return (
    <li class="alert-row" data-list-row="">
      <StatusDot tone={firing() ? display().tone : "neutral"} />
      <span class="visually-hidden">{display().text}</span>
      <div class="alert-text">
        <div class="row alert-title">
          <A class="alert-subject" href={hrefOf(props.alert.subject)}>
            {name()}
          </A>
          <Show when={!firing()}>
            <Badge title={texts.pending}>pending</Badge>
          </Show>
          <Show when={props.alert.flapping}>
            <Badge tone="warn">{texts.flapping}</Badge>
          </Show>
          <Show when={props.alert.gaveUp}>
            <Badge tone="bad">{texts.exhausted}</Badge>
          </Show>
          <Show when={props.alert.acknowledgedBy}>
            {(name) => <Badge tone="info">{texts.acknowledgedBy(name())}</Badge>}
          </Show>
          <Show when={props.alert.silencedUntil}>
            {(end) => <Badge title={formatDateTime(end())}>{texts.silencedUntil(formatDateTime(end()))}</Badge>}
          </Show>
        </div>
        <div class="muted alert-detail">
          {visibleName(props.alert.ruleName)}
          <Show when={props.alert.detail}> · {visibleName(props.alert.detail)}</Show>
          <Show when={props.alert.heals > 0}>
            {" · "}
            {texts.restarted(props.alert.heals)}
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
                aria-label={`${texts.acknowledge} ${name()}`}
                {...tipOf(texts.acknowledgeHint)}
                onClick={act(() => api.alerts.acknowledge(props.alert.id))}
              >
                {texts.acknowledge}
              </Button>
            }
          >
            <Button
              size="sm"
              aria-label={`${texts.unacknowledge} ${name()}`}
              onClick={act(() => api.alerts.unacknowledge(props.alert.id))}
            >
              {texts.unacknowledge}
            </Button>
          </Show>
          <Menu
            label={`Silence ${name()}`}
            icon
            size="sm"
            trigger={<BellOff size={15} />}
            items={[
              { heading: texts.silence },
              ...silences.map(([seconds, label]) => ({
                label,
                onSelect: act(() => api.alerts.silence(props.alert.id, seconds)),
              })),
              ...(props.alert.silencedUntil
                ? [
                    "separator" as const,
                    { label: texts.endSilence, onSelect: act(() => api.alerts.silence(props.alert.id, 0)) },
                  ]
                : []),
            ]}
          />
        </div>
      </Show>
    </li>
  );
}
