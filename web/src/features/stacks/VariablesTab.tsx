import { useQueryClient } from "@tanstack/solid-query";
import KeyRound from "lucide-solid/icons/key-round";
import Pencil from "lucide-solid/icons/pencil";
import Plus from "lucide-solid/icons/plus";
import Trash from "lucide-solid/icons/trash";
import { createSignal, For, Show } from "solid-js";
import { api } from "../../lib/api.ts";
import { queryKeys } from "../../lib/queries.ts";
import { visibleName } from "../../lib/terminal-text.ts";
import { askedOnce, useQuery } from "../../lib/use-query.ts";
import { confirmAction } from "../../resource/confirm-action.ts";
import { QueryView } from "../../resource/QueryView.tsx";
import { Button, EmptyState, IconButton } from "../../ui/index.ts";
import { variableMessages as texts } from "./messages.ts";
import { VariableDialog } from "./VariableDialog.tsx";

/** Names of a stack's variables. Their values can be set here, but not read. */
export function VariablesTab(props: { name: string; mayChange: boolean; onChanged: () => void }) {
  const client = useQueryClient();
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
      client.setQueryData(queryKeys.stackEnv(props.name), written);
    } catch (error) {
      void env.refetch();
      throw error;
    }
    props.onChanged();
  }
  const remove = (name: string) =>
    confirmAction({
      title: texts.removeTitle(name),
      body: texts.removeBody,
      action: texts.remove,
      danger: true,
      send: () => change({}, [name]),
    });
  const add = () => (
    <Button icon={<Plus size={14} />} onClick={() => setEditing("")}>
      {texts.add}
    </Button>
  );

  return (
    <div class="stack-pane stack">
      <QueryView query={env} lines={5}>
        {(found) => (
          <Show
            when={found().names.length > 0}
            fallback={
              <EmptyState icon={<KeyRound size={18} />} title={texts.none} action={props.mayChange ? add() : undefined}>
                {texts.noneBefore} <span class="mono">$&#123;NAME&#125;</span> {texts.noneAfter}
              </EmptyState>
            }
          >
            <div class="row row-wrap">
              <p class="grow muted">
                {texts.source}
                <Show when={found().target}>
                  {(target) => (
                    <>
                      {" "}
                      {texts.linkBefore} <span class="mono">{visibleName(target())}</span>
                      {texts.linkAfter}
                    </>
                  )}
                </Show>
              </p>
              <Show when={props.mayChange}>{add()}</Show>
            </div>
            <ul class="card stack-variables">
              <For each={found().names}>
                {(name) => (
                  <li>
                    <span class="mono truncate">{visibleName(name)}</span>
                    <span class="faint grow">••••••••</span>
                    <Show when={props.mayChange}>
                      <IconButton
                        size="sm"
                        label={texts.setOne(name)}
                        icon={<Pencil size={13} />}
                        onClick={() => setEditing(name)}
                      />
                      <IconButton
                        size="sm"
                        label={texts.removeOne(name)}
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
      </QueryView>
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
