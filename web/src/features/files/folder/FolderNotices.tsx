import Lock from "lucide-solid/icons/lock";
import PencilLine from "lucide-solid/icons/pencil-line";
import { For, Show } from "solid-js";
import { api } from "../../../lib/api.ts";
import { visibleName } from "../../../lib/terminal-text.ts";
import { Button, Callout } from "../../../ui/index.ts";
import { folderMessages } from "../messages.ts";
import { InterruptedSaves } from "./InterruptedSaves.tsx";

export interface FolderNoticesProps {
  mayChange: boolean;
  writable: boolean;
  /** Paths of other files with unsaved text. */
  drafts: readonly string[];
  onEdit: (path: string) => void;
}

/** Interrupted saves, a read-only folder and unsaved text, above the list of a folder. */
export function FolderNotices(props: FolderNoticesProps) {
  return (
    <>
      <Show when={props.mayChange}>
        <InterruptedSaves list={api.files.interruptedSaves} choose={api.files.chooseVersion} />
      </Show>
      <Show when={props.mayChange && !props.writable}>
        <Callout tone="info" icon={<Lock size={15} />}>
          {folderMessages.readOnly}
        </Callout>
      </Show>
      <Show when={props.drafts.length > 0}>
        <Callout tone="info" icon={<PencilLine size={15} />}>
          <div class="row row-wrap">
            <span>{folderMessages.unsaved}</span>
            <For each={props.drafts}>
              {(path) => (
                <Button size="sm" onClick={() => props.onEdit(path)}>
                  {visibleName(path)}
                </Button>
              )}
            </For>
          </div>
        </Callout>
      </Show>
    </>
  );
}
