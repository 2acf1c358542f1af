import { createSignal, For, onMount, Show } from "solid-js";
import type { InterruptedSave, VersionChoice } from "../../../../../shared/protocol/file.ts";
import { formatBytes, formatDateTime } from "../../../lib/format.ts";
import { visibleName } from "../../../lib/terminal-text.ts";
import { Button, Callout, toast } from "../../../ui/index.ts";

export interface InterruptedSavesProps {
  list: () => Promise<InterruptedSave[]>;
  choose: (id: string, version: VersionChoice) => Promise<unknown>;
}

const stateText: Record<InterruptedSave["state"], string> = {
  before: "The file still holds its old content.",
  mixed: "The file may hold a mix of its old and its new content.",
  missing: "The file is gone.",
};

/** Saves that a crash or a full disk left half done, each with the choice of a version. */
export function InterruptedSaves(props: InterruptedSavesProps) {
  const [saves, setSaves] = createSignal<readonly InterruptedSave[]>([]);
  // What cannot be asked for now is offered at the next visit.
  const refetch = async () => void setSaves(await props.list().catch(() => saves()));
  onMount(() => void refetch());
  async function choose(save: InterruptedSave, version: VersionChoice): Promise<void> {
    try {
      await props.choose(save.id, version);
      toast.success(version === "keep" ? "Kept as it is" : `${visibleName(save.path)} restored`);
    } catch (error) {
      toast.error(error);
    }
    await refetch();
  }
  return (
    <Show when={saves().length > 0}>
      <section class="stack" aria-label="Interrupted saves">
        <For each={saves()}>
          {(save) => (
            <Callout tone="warn">
              <div class="row row-wrap">
                <span class="grow">
                  A save of <strong>{visibleName(save.path)}</strong> was interrupted on{" "}
                  {formatDateTime(save.startedAt)}. {stateText[save.state]}
                </span>
                <Button size="sm" onClick={() => void choose(save, "before")}>
                  Restore the version before ({formatBytes(save.sizeBefore)})
                </Button>
                <Button size="sm" onClick={() => void choose(save, "after")}>
                  Use the new version ({formatBytes(save.sizeAfter)})
                </Button>
                <Button size="sm" variant="ghost" onClick={() => void choose(save, "keep")}>
                  Keep the file as it is
                </Button>
              </div>
            </Callout>
          )}
        </For>
      </section>
    </Show>
  );
}
