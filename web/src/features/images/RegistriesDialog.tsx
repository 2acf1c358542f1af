import Trash from "lucide-solid/icons/trash";
import { createSignal, For, Show } from "solid-js";
import type { Registry } from "../../../../shared/protocol/registry.ts";
import { registries } from "../../lib/api/docker.ts";
import { dockerKeys, useRegistries } from "../../lib/docker-queries.ts";
import { createFormDraft } from "../../lib/form-draft.ts";
import { formatDateTime } from "../../lib/format.ts";
import { useInvalidate } from "../../lib/queries.ts";
import { visibleName } from "../../lib/terminal-text.ts";
import { FormDialog } from "../../resource/FormDialog.tsx";
import { QueryView } from "../../resource/QueryView.tsx";
import { createSubmit } from "../../resource/submit.ts";
import { IconButton, TextField, toast } from "../../ui/index.ts";
import { dialogMessages, imageLabels } from "./messages.ts";

/** Credentials for private registries: adds, replaces and removes them. Passwords are never shown. */
export function RegistriesDialog(props: { onClose: () => void }) {
  const invalidate = useInvalidate();
  const form = createFormDraft(
    "registry",
    { host: "", username: "" },
    { keep: ({ host, username }) => ({ host, username }) },
  );
  const { fields, set } = form;
  const [password, setPassword] = createSignal("");
  const host = () => fields.host.trim();
  const submit = createSubmit({
    ready: () => host() !== "" && fields.username.trim() !== "" && password() !== "",
    send: () => registries.add({ host: host(), username: fields.username.trim(), password: password() }),
    refetch: () => invalidate(dockerKeys.registries),
    onSent: (registry) => {
      toast.success(dialogMessages.signedIn(registry.host));
      form.reset();
      setPassword("");
    },
  });
  return (
    <FormDialog
      title={dialogMessages.registriesTitle}
      submit={submit}
      action={dialogMessages.signIn}
      cancel={dialogMessages.close}
      keepsDraft
      draft={form}
      draftWithout={dialogMessages.draftWithout}
      onDiscard={() => setPassword("")}
      onClose={props.onClose}
      before={<RegistryList />}
    >
      <TextField
        label={imageLabels.registry}
        hint={dialogMessages.hostHint}
        placeholder="ghcr.io"
        value={fields.host}
        onInput={(host) => set({ host })}
        maxLength={255}
        mono
      />
      <div class="form-pair">
        <TextField
          label={imageLabels.user}
          value={fields.username}
          onInput={(username) => set({ username })}
          maxLength={255}
        />
        <TextField
          label={imageLabels.passwordOrToken}
          type="password"
          autocomplete="new-password"
          value={password()}
          onInput={setPassword}
        />
      </div>
      <p class="field-hint">{dialogMessages.passwordHint}</p>
    </FormDialog>
  );
}

function RegistryList() {
  const invalidate = useInvalidate();
  const query = useRegistries();
  const forget = async (registry: Registry) => {
    await registries.remove(registry.id).catch(toast.error);
    await invalidate(dockerKeys.registries);
  };
  return (
    <QueryView query={query} lines={2}>
      {(list) => (
        <Show when={list().length > 0} fallback={<p class="muted">{dialogMessages.noRegistries}</p>}>
          <ul class="detail-list">
            <For each={list()}>
              {(registry) => (
                <li class="row">
                  <span class="grow truncate" title={`Since ${formatDateTime(registry.createdAt)}`}>
                    <b>{visibleName(registry.host)}</b> <span class="faint">as {visibleName(registry.username)}</span>
                  </span>
                  <IconButton
                    size="sm"
                    label={dialogMessages.forgetRegistry(registry.host)}
                    icon={<Trash size={13} />}
                    onClick={() => void forget(registry)}
                  />
                </li>
              )}
            </For>
          </ul>
        </Show>
      )}
    </QueryView>
  );
}
