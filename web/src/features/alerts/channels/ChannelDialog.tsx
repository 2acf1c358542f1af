import { createMemo, createSignal, Match, Show, Switch } from "solid-js";
import type { AlertChannel } from "../../../../../shared/protocol/alert.ts";
import { channelTypes } from "../../../../../shared/protocol/alert-kinds.ts";
import { api } from "../../../lib/api.ts";
import { createFormDraft } from "../../../lib/form-draft.ts";
import { queryKeys, useInvalidate } from "../../../lib/queries.ts";
import { AllowEntry } from "../../../resource/AllowEntry.tsx";
import { createCheckedSubmit } from "../../../resource/checked-submit.ts";
import { FormDialog } from "../../../resource/FormDialog.tsx";
import { Checkbox, Segmented, TextField, toast } from "../../../ui/index.ts";
import { channelTypeLabels } from "../alert-labels.ts";
import { alertLabels, alertMessages } from "../messages.ts";
import { AddedChannel, AddedChannelFooter } from "./AddedChannel.tsx";
import { EmailFields, NtfyFields, WebhookFields } from "./ChannelFields.tsx";
import {
  type ChannelErrors,
  type ChannelFields,
  channelHost,
  draftOmits,
  keepChannel,
  newDraft,
  restoreChannel,
  toChannel,
  toDraft,
} from "./channel-form.ts";

const texts = alertMessages.channels;

/** Adds a channel, or edits one. Stored secrets are never shown: an empty field keeps them. */
export function ChannelDialog(props: { channel?: AlertChannel | undefined; onClose: () => void }) {
  const invalidate = useInvalidate();
  const form = createFormDraft<ChannelFields>(
    `alert-channel:${props.channel?.id ?? "new"}`,
    { ...(props.channel ? toDraft(props.channel) : newDraft()), enabled: props.channel?.enabled ?? true },
    { keep: keepChannel, restore: restoreChannel, edits: props.channel !== undefined },
  );
  const { fields: draft, set } = form;
  const [checked, setChecked] = createSignal(false);
  const [added, setAdded] = createSignal<AlertChannel | null>(null);
  const stored = () => (props.channel?.type === draft.type ? props.channel.secrets : []);
  const secretHint = (name: string, otherwise?: string) =>
    stored().includes(name) ? alertMessages.channelForm.stored : otherwise;
  const result = () => toChannel(draft, stored(), draft.enabled);
  const errors = createMemo((): ChannelErrors => {
    const checkedResult = checked() ? result() : undefined;
    return checkedResult && "errors" in checkedResult ? checkedResult.errors : {};
  });
  const submit = createCheckedSubmit({
    check() {
      setChecked(true);
      return "channel" in result();
    },
    async send() {
      const sent = result();
      if ("errors" in sent) return;
      if (props.channel) return (await api.alerts.changeChannel(props.channel.id, sent.channel)).channel;
      return (await api.alerts.addChannel(sent.channel)).channel;
    },
    refetch: () => invalidate(queryKeys.alerts),
    draft: form,
    onSent(channel) {
      toast.success(props.channel ? texts.saved : texts.added);
      if (props.channel || !channel) props.onClose();
      else setAdded(channel);
    },
  });
  const parts = { draft, set, secretHint };

  return (
    <FormDialog
      wide
      noValidate
      title={added() ? texts.added : props.channel ? texts.edit : texts.add}
      submit={submit}
      action={props.channel ? alertLabels.save : texts.add}
      draft={form}
      draftWithout={draftOmits[draft.type]}
      onClose={props.onClose}
      isSent={added() !== null}
      sentView={<Show when={added()}>{(channel) => <AddedChannel channel={channel()} />}</Show>}
      sentFooter={
        <Show when={added()}>{(channel) => <AddedChannelFooter channel={channel()} onClose={props.onClose} />}</Show>
      }
    >
      <TextField
        label={alertLabels.name}
        focus
        value={draft.name}
        maxLength={100}
        error={errors().name}
        onInput={(name) => set({ name })}
      />
      <Show when={!props.channel}>
        <Segmented
          label={alertMessages.channelForm.type}
          value={draft.type}
          options={channelTypes.map((value) => ({ value, label: channelTypeLabels[value] }))}
          onChange={(type) => set({ type })}
        />
      </Show>
      <Switch>
        <Match when={draft.type === "webhook"}>
          <WebhookFields {...parts} errors={errors()} />
        </Match>
        <Match when={draft.type === "ntfy"}>
          <NtfyFields {...parts} errors={errors()} />
        </Match>
        <Match when={draft.type === "email"}>
          <EmailFields {...parts} errors={errors()} />
        </Match>
      </Switch>
      <Show when={submit.problem()?.includes("ALERT_ALLOWED_HOSTS") && channelHost(draft)} keyed>
        {(host) => <AllowEntry list="ALERT_ALLOWED_HOSTS" entry={host} onAllowed={submit.dismiss} />}
      </Show>
      <Checkbox
        label={alertMessages.channelForm.enabled}
        checked={draft.enabled}
        onChange={(enabled) => set({ enabled })}
      />
    </FormDialog>
  );
}
