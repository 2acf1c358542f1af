import Send from "lucide-solid/icons/send";
import { createSignal, For, Show } from "solid-js";
import type { AlertChannel } from "../../../../../shared/protocol/alert.ts";
import { api, toMessage } from "../../../lib/api.ts";
import { formatAgo } from "../../../lib/format.ts";
import { queryKeys, useInvalidate } from "../../../lib/queries.ts";
import { useSession } from "../../../lib/session.ts";
import { visibleName } from "../../../lib/terminal-text.ts";
import { confirmAction } from "../../../resource/confirm-action.ts";
import { Badge, Button, Callout, StatusDot } from "../../../ui/index.ts";
import { channelTypeLabels } from "../alert-labels.ts";
import { useChannels } from "../alert-queries.ts";
import { alertLabels, alertMessages } from "../messages.ts";
import { SettingsCard } from "../SettingsCard.tsx";
import { ChannelDialog } from "./ChannelDialog.tsx";
import { useDefaultChannel } from "./default-channel.ts";

const texts = alertMessages.channels;

/** All channels. */
export function ChannelsTab() {
  const session = useSession();
  const channels = useChannels();
  const [editing, setEditing] = createSignal<AlertChannel | "new" | null>(null);
  const canManage = () => session.may("alerts:manage");
  return (
    <>
      <SettingsCard
        title={alertLabels.channels}
        query={channels}
        add={texts.add}
        onAdd={canManage() ? () => setEditing("new") : undefined}
        empty={{ icon: <Send size={18} />, title: texts.empty, note: texts.emptyNote }}
      >
        {(list) => (
          <For each={list().map(({ id }) => id)}>
            {(id) => (
              <Show when={list().find((channel) => channel.id === id)}>
                {(channel) => <Row channel={channel()} canManage={canManage()} onEdit={() => setEditing(channel())} />}
              </Show>
            )}
          </For>
        )}
      </SettingsCard>
      <Show when={editing()} keyed>
        {(channel) => (
          <ChannelDialog channel={channel === "new" ? undefined : channel} onClose={() => setEditing(null)} />
        )}
      </Show>
    </>
  );
}

function Row(props: { channel: AlertChannel; canManage: boolean; onEdit: () => void }) {
  const invalidate = useInvalidate();
  const { useForAllRules, stop } = useDefaultChannel();
  const [testing, setTesting] = createSignal(false);
  const [outcome, setOutcome] = createSignal<{ tone: "ok" | "bad"; text: string } | null>(null);
  const delivery = () => props.channel.delivery;
  const name = () => visibleName(props.channel.name);

  const test = async () => {
    setTesting(true);
    setOutcome(null);
    try {
      await api.alerts.testChannel(props.channel.id);
      setOutcome({ tone: "ok", text: texts.delivered });
    } catch (error) {
      setOutcome({ tone: "bad", text: toMessage(error) });
    } finally {
      setTesting(false);
    }
    await invalidate(queryKeys.alerts);
  };
  const remove = () =>
    confirmAction({
      title: texts.removeTitle(name()),
      body: texts.removeNote,
      action: texts.remove,
      danger: true,
      send: () => api.alerts.removeChannel(props.channel.id),
      refetch: () => invalidate(queryKeys.alerts),
    });

  return (
    <li class="alert-row" data-list-row="">
      <StatusDot
        tone={!props.channel.enabled ? "neutral" : delivery().error ? "bad" : delivery().sentAt ? "ok" : "info"}
      />
      <div class="alert-text">
        <div class="row alert-title">
          <b class="truncate">{name()}</b>
          <Badge>{channelTypeLabels[props.channel.type]}</Badge>
          <Show when={props.channel.isDefault}>
            <Badge tone="accent">{texts.isDefault}</Badge>
          </Show>
          <Show when={!props.channel.enabled}>
            <Badge>off</Badge>
          </Show>
          <Show when={props.channel.maker?.gone}>
            <Badge tone="warn">{alertMessages.madeByRemoved(props.channel.maker?.kind ?? "user")}</Badge>
          </Show>
          <Show when={delivery().waiting > 0}>
            <Badge tone="warn">{delivery().waiting} waiting</Badge>
          </Show>
          <Show when={delivery().lost > 0}>
            <Badge tone="bad">{delivery().lost} lost</Badge>
          </Show>
        </div>
        <div class="muted alert-detail">
          {visibleName(props.channel.target)}
          {` · ${delivery().sentAt ? texts.lastSent(formatAgo(delivery().sentAt)) : texts.neverSent}`}
          <Show when={props.channel.maker}>{(maker) => <>{alertMessages.madeBy(visibleName(maker().name))}</>}</Show>
        </div>
        <Show
          when={outcome()}
          fallback={<Show when={delivery().error}>{(why) => <div class="field-error">{why()}</div>}</Show>}
        >
          {(shown) => (
            <div role="status">
              <Callout tone={shown().tone}>{shown().text}</Callout>
            </div>
          )}
        </Show>
      </div>
      <Show when={props.canManage}>
        <div class="row alert-actions">
          <Button size="sm" busy={testing()} aria-label={`Test ${props.channel.name}`} onClick={() => void test()}>
            {alertLabels.test}
          </Button>
          <Show
            when={props.channel.isDefault}
            fallback={
              <Button
                size="sm"
                aria-label={`${texts.useForAll}: ${props.channel.name}`}
                onClick={() => void useForAllRules(props.channel)}
              >
                {texts.useForAll}
              </Button>
            }
          >
            <Button size="sm" aria-label={`${texts.stopDefault}: ${props.channel.name}`} onClick={() => void stop()}>
              {texts.stopDefault}
            </Button>
          </Show>
          <Button size="sm" aria-label={`Edit ${props.channel.name}`} onClick={() => props.onEdit()}>
            {alertLabels.edit}
          </Button>
          <Button size="sm" aria-label={`Remove ${props.channel.name}`} onClick={() => void remove()}>
            {alertLabels.remove}
          </Button>
        </div>
      </Show>
    </li>
  );
}
