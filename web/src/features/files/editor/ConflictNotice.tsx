import { Show } from "solid-js";
import { Button, Callout } from "../../../ui/index.ts";
import { editorMessages } from "../messages.ts";
import type { TextDocument } from "./text-document.ts";

export interface ConflictNoticeProps {
  document: Pick<TextDocument, "conflict" | "changedOnDisk">;
  mayChange: boolean;
  onReload: () => void;
  onOverwrite: () => void;
}

/** Says that a file changed on the disk while it was edited, with the choice between both versions. */
export function ConflictNotice(props: ConflictNoticeProps) {
  return (
    <Show when={props.document.conflict() || props.document.changedOnDisk()}>
      <Callout tone="warn">
        <div class="row row-wrap">
          <span class="grow">{props.document.conflict() ? editorMessages.conflict : editorMessages.changedOnDisk}</span>
          <Button size="sm" onClick={props.onReload}>
            {editorMessages.reload}
          </Button>
          <Show when={props.mayChange}>
            <Button size="sm" variant="danger" onClick={props.onOverwrite}>
              {editorMessages.overwrite}
            </Button>
          </Show>
        </div>
      </Callout>
    </Show>
  );
}
