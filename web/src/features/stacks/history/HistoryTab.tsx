import Clock from "lucide-solid/icons/clock";
import { createSignal, For, Show } from "solid-js";
import { api } from "../../../lib/api.ts";
import { formatBytes, formatDateTime } from "../../../lib/format.ts";
import { queryKeys } from "../../../lib/queries.ts";
import { visibleName } from "../../../lib/terminal-text.ts";
import { askedOnce, useQuery } from "../../../lib/use-query.ts";
import { QueryView } from "../../../resource/QueryView.tsx";
import { Badge, Button, EmptyState } from "../../../ui/index.ts";
import type { StackDocument } from "../compose/stack-document.ts";
import { historyMessages as texts } from "../messages.ts";
import { DiffView } from "./DiffView.tsx";

export interface HistoryTabProps {
  name: string;
  document: StackDocument;
  mayChange: boolean;
  /** Puts an earlier text into the editor without saving it. */
  onTake: (content: string) => void;
}

/** Earlier versions of the file, and their differences from the text in the editor. */
export function HistoryTab(props: HistoryTabProps) {
  const list = useQuery(() => ({
    queryKey: queryKeys.stackRevisions(props.name),
    queryFn: () => api.stacks.revisions(props.name),
    ...askedOnce,
  }));
  const [chosen, setChosen] = createSignal<number | null>(null);
  const revision = useQuery(() => ({
    queryKey: queryKeys.stackRevision(props.name, chosen()),
    queryFn: () => api.stacks.revision(props.name, chosen() ?? 0),
    enabled: chosen() !== null,
    ...askedOnce,
  }));
  const ofFile = () => (list.data ?? []).filter(({ file }) => file === props.document.name());
  return (
    <div class="stack-pane stack">
      <QueryView query={list} lines={5}>
        {() => (
          <>
            <Show
              when={ofFile().length > 0}
              fallback={
                <EmptyState icon={<Clock size={18} />} title={texts.none}>
                  {texts.noneHint}
                </EmptyState>
              }
            >
              <ul class="card stack-revisions">
                <For each={ofFile()}>
                  {(item) => (
                    <li>
                      <button
                        type="button"
                        aria-pressed={chosen() === item.id}
                        onClick={() => setChosen(chosen() === item.id ? null : item.id)}
                      >
                        <Badge tone={item.kind === "applied" ? "ok" : "neutral"}>{texts.kinds[item.kind]}</Badge>
                        <span class="num">{formatDateTime(item.savedAt)}</span>
                        <span class="grow truncate muted">{visibleName(item.savedBy)}</span>
                        <span class="faint num">{formatBytes(item.size)}</span>
                      </button>
                    </li>
                  )}
                </For>
              </ul>
              <Show when={chosen() !== null && !revision.error && revision.data}>
                {(shown) => (
                  <div class="stack">
                    <div class="row row-wrap">
                      <h3 class="stack-heading grow">{texts.compare}</h3>
                      <Show when={props.mayChange && shown().content !== props.document.content()}>
                        <Button size="sm" onClick={() => props.onTake(shown().content)}>
                          {texts.use}
                        </Button>
                      </Show>
                    </div>
                    <DiffView label={texts.changes} before={shown().content} after={props.document.content()} />
                  </div>
                )}
              </Show>
            </Show>
          </>
        )}
      </QueryView>
    </div>
  );
}
