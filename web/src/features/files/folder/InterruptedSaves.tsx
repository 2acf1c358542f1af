import { createSignal, For, onMount, Show } from "solid-js";
import type { InterruptedSave, VersionChoice } from "../../../../../shared/protocol/file.ts";
import { formatBytes, formatDateTime } from "../../../lib/format.ts";
import { visibleName } from "../../../lib/terminal-text.ts";
import { Button, Callout, toast } from "../../../ui/index.ts";
import { interruptedSaveMessages as messages } from "../messages.ts";

export interface InterruptedSavesProps {
  list: () => Promise<InterruptedSave[]>;
  choose: (id: string, version: VersionChoice) => Promise<unknown>;
}

/** Saves interrupted by a crash or a full disk, each with a choice of versions. */
export function InterruptedSaves(props: InterruptedSavesProps) {
  const [saves, setSaves] = createSignal<readonly InterruptedSave[]>([]);
  // After a failed request the list stays, and the next visit reads it again.
  const refetch = async () => void setSaves(await props.list().catch(() => saves()));
  onMount(() => void refetch());
  async function choose(save: InterruptedSave, version: VersionChoice): Promise<void> {
    try {
      await props.choose(save.id, version);
      toast.success(version === "keep" ? messages.kept : messages.restored(visibleName(save.path)));
    } catch (error) {
      toast.error(error);
    }
    await refetch();
  }
  return (
    <Show when={saves().length > 0}>
      <section class="stack" aria-label={messages.title}>
        <For each={saves()}>
          {(save) => (
            <Callout tone="warn">
              <div class="row row-wrap">
                <span class="grow">
                  A save of <strong>{visibleName(save.path)}</strong>
                  {messages.interruptedOn(formatDateTime(save.startedAt))}
                  {messages.states[save.state]}
                </span>
                <Button size="sm" onClick={() => void choose(save, "before")}>
                  {messages.restore(formatBytes(save.sizeBefore))}
                </Button>
                <Button size="sm" onClick={() => void choose(save, "after")}>
                  {messages.useNew(formatBytes(save.sizeAfter))}
                </Button>
                <Button size="sm" variant="ghost" onClick={() => void choose(save, "keep")}>
                  {messages.keep}
                </Button>
              </div>
            </Callout>
          )}
        </For>
      </section>
    </Show>
  );
}
