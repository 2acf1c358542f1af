import KeyRound from "lucide-solid/icons/key-round";
import Pencil from "lucide-solid/icons/pencil";
import Plus from "lucide-solid/icons/plus";
import Trash from "lucide-solid/icons/trash";
import { createSignal, For, Show } from "solid-js";
import { api, toMessage } from "../../lib/api.ts";
import { queryClient, queryKeys } from "../../lib/queries.ts";
import { visibleName } from "../../lib/terminal-text.ts";
import { askedOnce, useQuery } from "../../lib/use-query.ts";
import {
  Button,
  confirm,
  Dialog,
  EmptyState,
  ErrorState,
  IconButton,
  Skeleton,
  TextField,
  toast,
} from "../../ui/index.ts";

/** Names of a stack's variables. Their values can be set here, but not read. */
export function VariablesTab(props: { name: string; mayChange: boolean; onChanged: () => void }) {
  const env = useQuery(() => ({
    queryKey: queryKeys.stackEnv(props.name),
    queryFn: () => api.stacks.env(props.name),
    ...askedOnce,
  }));
  const [editing, setEditing] = createSignal<string | null>(null);

  async function change(set: Record<string, string>, remove: string[]): Promise<void> {
    const etag = env.data?.etag ?? null;
    try {
      const written = await api.stacks.writeEnv(props.name, { set, remove, etag });
      queryClient.setQueryData(queryKeys.stackEnv(props.name), written);
    } catch (error) {
      void env.refetch();
      throw error;
    }
    props.onChanged();
  }
  async function remove(name: string): Promise<void> {
    const yes = await confirm({
      title: `Remove ${name}?`,
      body: "Its value is lost. Containers keep it until the next deployment.",
      action: "Remove",
      danger: true,
    });
    if (yes) await change({}, [name]).catch(toast.error);
  }
  const add = () => (
    <Button icon={<Plus size={14} />} onClick={() => setEditing("")}>
      Add variable
    </Button>
  );

  return (
    <div class="stacks-pane stack">
      <Show
        when={!env.error && env.data}
        fallback={
          <Show when={env.error} fallback={<Skeleton lines={5} />}>
            <ErrorState error={env.error} onRetry={() => void env.refetch()} />
          </Show>
        }
      >
        {(found) => (
          <Show
            when={found().names.length > 0}
            fallback={
              <EmptyState
                icon={<KeyRound size={18} />}
                title="No variables"
                action={props.mayChange ? add() : undefined}
              >
                Variables such as <span class="mono">$&#123;NAME&#125;</span> in the compose file are read from the file
                .env beside it.
              </EmptyState>
            }
          >
            <div class="row row-wrap">
              <p class="grow muted">
                From the file .env beside the compose file. Values stay on the server: they can be set here, but not
                read.
                <Show when={found().target}>
                  {(target) => (
                    <>
                      {" "}
                      The file is a link to <span class="mono">{visibleName(target())}</span>: other stacks may use it
                      too.
                    </>
                  )}
                </Show>
              </p>
              <Show when={props.mayChange}>{add()}</Show>
            </div>
            <ul class="card stacks-variables">
              <For each={found().names}>
                {(name) => (
                  <li>
                    <span class="mono truncate">{visibleName(name)}</span>
                    <span class="faint grow">••••••••</span>
                    <Show when={props.mayChange}>
                      <IconButton
                        size="sm"
                        label={`Set ${name}`}
                        icon={<Pencil size={13} />}
                        onClick={() => setEditing(name)}
                      />
                      <IconButton
                        size="sm"
                        label={`Remove ${name}`}
                        icon={<Trash size={13} />}
                        onClick={() => void remove(name)}
                      />
                    </Show>
                  </li>
                )}
              </For>
            </ul>
          </Show>
        )}
      </Show>
      <Show when={editing() !== null}>
        <VariableDialog
          name={editing() ?? ""}
          onClose={() => setEditing(null)}
          onSet={async (name, value) => {
            await change({ [name]: value }, []);
            setEditing(null);
          }}
        />
      </Show>
    </div>
  );
}

const FORM = "variable";

function VariableDialog(props: {
  /** Empty for a new variable. */
  name: string;
  onClose: () => void;
  onSet: (name: string, value: string) => Promise<void>;
}) {
  const [name, setName] = createSignal(props.name);
  const [value, setValue] = createSignal("");
  const [busy, setBusy] = createSignal(false);
  const [tried, setTried] = createSignal(false);
  const [refusal, setRefusal] = createSignal<string | null>(null);
  const problem = () =>
    /^[A-Za-z_][A-Za-z0-9_.-]*$/.test(name()) ? null : "Letters, digits, _ . and -, starting with a letter or _.";
  async function submit(event: Event): Promise<void> {
    event.preventDefault();
    setTried(true);
    if (problem() || busy()) return;
    setBusy(true);
    try {
      await props.onSet(name(), value());
    } catch (error) {
      setRefusal(toMessage(error));
    } finally {
      setBusy(false);
    }
  }
  return (
    <Dialog
      open
      title={props.name === "" ? "Add a variable" : `Set ${props.name}`}
      onClose={props.onClose}
      footer={
        <>
          <Button onClick={props.onClose}>Cancel</Button>
          <Button variant="primary" type="submit" form={FORM} busy={busy()}>
            Set
          </Button>
        </>
      }
    >
      <form id={FORM} class="stack" onSubmit={(event) => void submit(event)} noValidate>
        <Show when={props.name === ""}>
          <TextField label="Name" focus mono value={name()} error={tried() ? problem() : null} onInput={setName} />
        </Show>
        <TextField
          label="Value"
          type="password"
          focus={props.name !== ""}
          mono
          autocomplete="new-password"
          value={value()}
          hint="Takes effect with the next deployment."
          error={refusal()}
          onInput={(next) => {
            setRefusal(null);
            setValue(next);
          }}
        />
      </form>
    </Dialog>
  );
}
