import { createSignal, Show } from "solid-js";
import type { AlertChannel } from "../../../../../shared/protocol/alert.ts";
import { visibleName } from "../../../lib/terminal-text.ts";
import { Button } from "../../../ui/index.ts";
import { useChannels, useRules } from "../alert-queries.ts";
import { alertMessages } from "../messages.ts";
import { useDefaultChannel } from "./default-channel.ts";

const texts = alertMessages.channels;

/** After a channel was added: no rule uses it yet, and what "all rules" would change. */
export function AddedChannel(props: { channel: AlertChannel }) {
  const rules = useRules();
  const channels = useChannels();
  const before = () => channels.data?.find(({ isDefault, id }) => isDefault && id !== props.channel.id);
  return (
    <div class="form" role="status">
      <p>{texts.addedNote(visibleName(props.channel.name))}</p>
      <Show when={rules.data}>{(list) => <p>{texts.offer(list().rules.length)}</p>}</Show>
      <Show when={before()}>{(channel) => <p>{texts.replaces(visibleName(channel().name))}</p>}</Show>
    </div>
  );
}

export function AddedChannelFooter(props: { channel: AlertChannel; onClose: () => void }) {
  const { useForAllRules } = useDefaultChannel();
  const [busy, setBusy] = createSignal(false);
  const send = async () => {
    setBusy(true);
    const succeeded = await useForAllRules(props.channel);
    setBusy(false);
    if (succeeded) props.onClose();
  };
  return (
    <>
      <Button onClick={() => props.onClose()}>{texts.notNow}</Button>
      <Button variant="primary" busy={busy()} onClick={() => void send()}>
        {texts.useForAll}
      </Button>
    </>
  );
}
