import { Select, TextField } from "../../../ui/index.ts";
import { alertLabels, alertMessages } from "../messages.ts";
import type { ChannelErrors, ChannelFields } from "./channel-form.ts";

const texts = alertMessages.channelForm;

export interface ChannelFieldsProps {
  draft: ChannelFields;
  set: (change: Partial<ChannelFields>) => void;
  errors: ChannelErrors;
  /** Hint of a secret field: that a value is stored, or else `otherwise`. */
  secretHint: (name: string, otherwise?: string) => string | undefined;
}

/** Fields of a webhook. */
export function WebhookFields(props: ChannelFieldsProps) {
  return (
    <>
      <TextField
        label={texts.address}
        type="url"
        mono
        value={props.draft.url}
        placeholder="https://hooks.example.com/…"
        hint={props.secretHint("url")}
        error={props.errors.url}
        onInput={(url) => props.set({ url })}
      />
      <Select
        label={texts.format}
        value={props.draft.format}
        options={[
          { value: "json", label: texts.formatJson },
          { value: "slack", label: alertLabels.slackMattermost },
          { value: "discord", label: alertLabels.discord },
        ]}
        onChange={(format) => props.set({ format })}
      />
      <TextField
        label={texts.signingKey}
        type="password"
        autocomplete="new-password"
        value={props.draft.signingKey}
        hint={props.secretHint("signingKey", texts.signingKeyHint)}
        onInput={(signingKey) => props.set({ signingKey })}
      />
      <div class="alert-pair">
        <TextField
          label={texts.header}
          mono
          value={props.draft.headerName}
          placeholder="Authorization"
          hint={texts.optional}
          onInput={(headerName) => props.set({ headerName })}
        />
        <TextField
          label={texts.headerValue}
          type="password"
          autocomplete="new-password"
          value={props.draft.headerValue}
          hint={props.secretHint("header")}
          error={props.errors.headerValue}
          onInput={(headerValue) => props.set({ headerValue })}
        />
      </div>
    </>
  );
}

/** Fields of an ntfy topic. */
export function NtfyFields(props: ChannelFieldsProps) {
  return (
    <>
      <div class="alert-pair">
        <TextField
          label={alertLabels.server}
          type="url"
          mono
          value={props.draft.server}
          onInput={(server) => props.set({ server })}
        />
        <TextField
          label={alertLabels.topic}
          mono
          value={props.draft.topic}
          error={props.errors.topic}
          hint={props.secretHint("topic", texts.topicHint)}
          onInput={(topic) => props.set({ topic })}
        />
      </div>
      <TextField
        label={alertLabels.accessToken}
        type="password"
        autocomplete="new-password"
        value={props.draft.token}
        hint={props.secretHint("token", texts.optional)}
        onInput={(token) => props.set({ token })}
      />
    </>
  );
}

/** Fields of a mail server, sender and recipients. */
export function EmailFields(props: ChannelFieldsProps) {
  return (
    <>
      <div class="alert-pair">
        <TextField
          label={alertLabels.mailServer}
          mono
          value={props.draft.host}
          placeholder="smtp.example.com"
          error={props.errors.host}
          onInput={(host) => props.set({ host })}
        />
        <TextField
          label={alertLabels.port}
          type="number"
          value={props.draft.port}
          error={props.errors.port}
          onInput={(port) => props.set({ port })}
        />
        <Select
          label={alertLabels.encryption}
          value={props.draft.security}
          options={[
            { value: "starttls", label: alertLabels.starttls },
            { value: "tls", label: alertLabels.tls },
            { value: "none", label: alertLabels.none },
          ]}
          onChange={(security) => props.set({ security })}
        />
      </div>
      <div class="alert-pair">
        <TextField
          label={alertLabels.user}
          autocomplete="off"
          value={props.draft.user}
          onInput={(user) => props.set({ user })}
        />
        <TextField
          label={alertLabels.password}
          type="password"
          autocomplete="new-password"
          value={props.draft.password}
          hint={props.secretHint("password", texts.passwordHint)}
          onInput={(password) => props.set({ password })}
        />
      </div>
      <TextField
        label={alertLabels.from}
        value={props.draft.from}
        placeholder="panel@example.com"
        error={props.errors.from}
        onInput={(from) => props.set({ from })}
      />
      <TextField
        label={alertLabels.to}
        rows={2}
        value={props.draft.to}
        hint={texts.toHint}
        error={props.errors.to}
        onInput={(to) => props.set({ to })}
      />
    </>
  );
}
