import { createMemo, createSignal, Match, Show, Switch } from "solid-js";
import type { AlertChannel } from "../../../../shared/protocol/alert.ts";
import type { ChannelType } from "../../../../shared/protocol/alert-kinds.ts";
import { api, toMessage } from "../../lib/api.ts";
import { createFormDraft } from "../../lib/form-draft.ts";
import { invalidate, queryKeys } from "../../lib/queries.ts";
import { DraftNotice } from "../../ui/DraftNotice.tsx";
import {
  Button,
  Callout,
  Checkbox,
  Dialog,
  focusInvalid,
  Segmented,
  Select,
  TextField,
  toast,
} from "../../ui/index.ts";
import {
  type ChannelErrors,
  type ChannelFields,
  keepChannel,
  keptOut,
  newDraft,
  restoreChannel,
  toChannel,
  toDraft,
} from "./channel-form.ts";

export const typeWords: Record<ChannelType, string> = { webhook: "Webhook", ntfy: "ntfy", email: "E-mail" };
const FORM = "alert-channel-form";

/** The editor of a channel. Secrets are never shown again: an empty field keeps what is stored. */
export function ChannelDialog(props: { channel?: AlertChannel | undefined; onClose: () => void }) {
  const form = createFormDraft<ChannelFields>(
    `alert-channel:${props.channel?.id ?? "new"}`,
    { ...(props.channel ? toDraft(props.channel) : newDraft()), enabled: props.channel?.enabled ?? true },
    { keep: keepChannel, restore: restoreChannel, edits: props.channel !== undefined },
  );
  const { fields: draft, set: setDraft } = form;
  const cancel = () => {
    form.drop();
    props.onClose();
  };
  const [tried, setTried] = createSignal(false);
  const [refusal, setRefusal] = createSignal("");
  const [saving, setSaving] = createSignal(false);
  const stored = () => (props.channel?.type === draft.type ? props.channel.secrets : []);
  const kept = (name: string, otherwise = "") =>
    stored().includes(name) ? "Stored. Leave it empty to keep it." : otherwise || undefined;
  const errors = createMemo((): ChannelErrors => {
    const checked = tried() ? toChannel(draft, stored(), true) : undefined;
    return checked && "errors" in checked ? checked.errors : {};
  });

  async function save(event: Event): Promise<void> {
    event.preventDefault();
    setTried(true);
    const checked = toChannel(draft, stored(), draft.enabled);
    if ("errors" in checked) return focusInvalid(event.currentTarget);
    setSaving(true);
    setRefusal("");
    try {
      if (props.channel) await api.alerts.changeChannel(props.channel.id, checked.channel);
      else await api.alerts.addChannel(checked.channel);
      await invalidate(queryKeys.alerts);
      toast.success(props.channel ? "Channel saved" : "Channel added: send a test");
      form.drop();
      props.onClose();
    } catch (error) {
      setRefusal(toMessage(error));
    } finally {
      setSaving(false);
    }
  }

  return (
    <Dialog
      open
      wide
      title={props.channel ? "Edit channel" : "Add channel"}
      onClose={props.onClose}
      footer={
        <>
          <Button onClick={cancel}>Cancel</Button>
          <Button variant="primary" type="submit" form={FORM} busy={saving()}>
            {props.channel ? "Save" : "Add channel"}
          </Button>
        </>
      }
    >
      <form id={FORM} class="form" onSubmit={(event) => void save(event)} noValidate>
        <DraftNotice draft={form} without={keptOut[draft.type]} />
        <Show when={refusal()}>
          <Callout tone="bad">{refusal()}</Callout>
        </Show>
        <TextField
          label="Name"
          focus
          value={draft.name}
          maxLength={100}
          error={errors().name}
          onInput={(name) => setDraft({ name })}
        />
        <Show when={!props.channel}>
          <Segmented
            label="Kind"
            value={draft.type}
            options={[
              { value: "webhook", label: "Webhook" },
              { value: "ntfy", label: "ntfy" },
              { value: "email", label: "E-mail" },
            ]}
            onChange={(type) => setDraft({ type })}
          />
        </Show>
        <Switch>
          <Match when={draft.type === "webhook"}>
            <TextField
              label="Address"
              type="url"
              mono
              value={draft.url}
              placeholder="https://hooks.example.com/…"
              hint={kept("url")}
              error={errors().url}
              onInput={(url) => setDraft({ url })}
            />
            <Select
              label="The receiver reads"
              value={draft.format}
              options={[
                { value: "json", label: "JSON of this panel" },
                { value: "slack", label: "Slack, Mattermost" },
                { value: "discord", label: "Discord" },
              ]}
              onChange={(format) => setDraft({ format })}
            />
            <TextField
              label="Signing key"
              type="password"
              autocomplete="new-password"
              value={draft.signingKey}
              hint={kept("signingKey", "Optional: signs each message, so that the receiver knows it is ours.")}
              onInput={(signingKey) => setDraft({ signingKey })}
            />
            <div class="alert-pair">
              <TextField
                label="Own header"
                mono
                value={draft.headerName}
                placeholder="Authorization"
                hint="Optional."
                onInput={(headerName) => setDraft({ headerName })}
              />
              <TextField
                label="Value of the header"
                type="password"
                autocomplete="new-password"
                value={draft.headerValue}
                hint={kept("header")}
                error={errors().headerValue}
                onInput={(headerValue) => setDraft({ headerValue })}
              />
            </div>
          </Match>
          <Match when={draft.type === "ntfy"}>
            <div class="alert-pair">
              <TextField
                label="Server"
                type="url"
                mono
                value={draft.server}
                onInput={(server) => setDraft({ server })}
              />
              <TextField
                label="Topic"
                mono
                value={draft.topic}
                error={errors().topic}
                hint={kept("topic", "Anyone who knows the topic of a public server can read it.")}
                onInput={(topic) => setDraft({ topic })}
              />
            </div>
            <TextField
              label="Access token"
              type="password"
              autocomplete="new-password"
              value={draft.token}
              hint={kept("token", "Optional.")}
              onInput={(token) => setDraft({ token })}
            />
          </Match>
          <Match when={draft.type === "email"}>
            <div class="alert-pair">
              <TextField
                label="Mail server"
                mono
                value={draft.host}
                placeholder="smtp.example.com"
                error={errors().host}
                onInput={(host) => setDraft({ host })}
              />
              <TextField
                label="Port"
                type="number"
                value={draft.port}
                error={errors().port}
                onInput={(port) => setDraft({ port })}
              />
              <Select
                label="Encryption"
                value={draft.security}
                options={[
                  { value: "starttls", label: "STARTTLS" },
                  { value: "tls", label: "TLS" },
                  { value: "none", label: "None" },
                ]}
                onChange={(security) => setDraft({ security })}
              />
            </div>
            <div class="alert-pair">
              <TextField label="User" autocomplete="off" value={draft.user} onInput={(user) => setDraft({ user })} />
              <TextField
                label="Password"
                type="password"
                autocomplete="new-password"
                value={draft.password}
                hint={kept("password", "Only sent over an encrypted connection.")}
                onInput={(password) => setDraft({ password })}
              />
            </div>
            <TextField
              label="From"
              value={draft.from}
              placeholder="panel@example.com"
              error={errors().from}
              onInput={(from) => setDraft({ from })}
            />
            <TextField
              label="To"
              rows={2}
              value={draft.to}
              hint="One address a line."
              error={errors().to}
              onInput={(to) => setDraft({ to })}
            />
          </Match>
        </Switch>
        <Checkbox label="Send to this channel" checked={draft.enabled} onChange={(enabled) => setDraft({ enabled })} />
      </form>
    </Dialog>
  );
}
