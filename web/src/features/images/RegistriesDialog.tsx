import Trash from "lucide-solid/icons/trash";
import { createSignal, For, Show } from "solid-js";
import type { Registry } from "../../../../shared/protocol/registry.ts";
import { registries } from "../../lib/api/docker.ts";
import { toReport } from "../../lib/api.ts";
import { dockerKeys, useRegistries } from "../../lib/docker-queries.ts";
import { createFormDraft } from "../../lib/form-draft.ts";
import { formatDateTime } from "../../lib/format.ts";
import { invalidate } from "../../lib/queries.ts";
import { visibleName } from "../../lib/terminal-text.ts";
import { DraftNotice } from "../../ui/DraftNotice.tsx";
import { Button, Callout, Dialog, ErrorState, IconButton, Skeleton, TextField, toast } from "../../ui/index.ts";

/** Log-ins at private registries: added, replaced and forgotten, never shown. */
export function RegistriesDialog(props: { onClose: () => void }) {
  const query = useRegistries();
  const form = createFormDraft(
    "registry",
    { host: "", username: "" },
    { keep: ({ host, username }) => ({ host, username }) },
  );
  const { fields, set } = form;
  const [password, setPassword] = createSignal("");
  const [busy, setBusy] = createSignal(false);
  const [problem, setProblem] = createSignal<string | null>(null);
  const ready = () => fields.host.trim() !== "" && fields.username.trim() !== "" && password() !== "";
  const submit = async (event: Event) => {
    event.preventDefault();
    if (!ready()) return;
    setBusy(true);
    setProblem(null);
    try {
      const host = fields.host.trim();
      await registries.add({ host, username: fields.username.trim(), password: password() });
      toast.success(`Logged in at ${host}`);
      form.reset();
      setPassword("");
    } catch (error) {
      setProblem(toReport(error));
    } finally {
      setBusy(false);
      await invalidate(dockerKeys.registries);
    }
  };
  const forget = async (registry: Registry) => {
    await registries.remove(registry.id).catch(toast.error);
    await invalidate(dockerKeys.registries);
  };
  return (
    <Dialog
      open
      title="Registries"
      onClose={props.onClose}
      footer={
        <>
          <Button onClick={props.onClose}>Close</Button>
          <Button type="submit" form="registry" variant="primary" busy={busy()} disabled={!ready()}>
            Log in
          </Button>
        </>
      }
    >
      <Show
        when={query.data}
        fallback={
          <Show when={query.error} fallback={<Skeleton lines={2} />}>
            <ErrorState error={query.error} onRetry={() => void query.refetch()} />
          </Show>
        }
      >
        {(list) => (
          <Show when={list().length > 0} fallback={<p class="muted">No log-in is kept. Public images need none.</p>}>
            <ul class="detail-list">
              <For each={list()}>
                {(registry) => (
                  <li class="row">
                    <span class="grow truncate" title={`Since ${formatDateTime(registry.createdAt)}`}>
                      <b>{visibleName(registry.host)}</b> <span class="faint">as {visibleName(registry.username)}</span>
                    </span>
                    <IconButton
                      size="sm"
                      label={`Forget the log-in at ${registry.host}`}
                      icon={<Trash size={13} />}
                      onClick={() => void forget(registry)}
                    />
                  </li>
                )}
              </For>
            </ul>
          </Show>
        )}
      </Show>
      <form id="registry" class="form" onSubmit={(event) => void submit(event)}>
        <DraftNotice draft={form} without="passwords and tokens" onDiscard={() => setPassword("")} />
        <Show when={problem()}>
          <Callout tone="bad">{problem()}</Callout>
        </Show>
        <TextField
          label="Registry"
          hint="Its host as image names have it; docker.io is Docker Hub. An earlier log-in there is replaced."
          placeholder="ghcr.io"
          value={fields.host}
          onInput={(host) => set({ host })}
          maxLength={255}
          mono
        />
        <div class="form-pair">
          <TextField label="User" value={fields.username} onInput={(username) => set({ username })} maxLength={255} />
          <TextField
            label="Password or token"
            type="password"
            autocomplete="new-password"
            value={password()}
            onInput={setPassword}
          />
        </div>
        <p class="field-hint">Kept on the server, sent to that registry alone, and never shown again.</p>
      </form>
    </Dialog>
  );
}
