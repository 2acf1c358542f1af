import { Show } from "solid-js";
import { Button } from "../../../ui/index.ts";
import { folderMessages } from "../messages.ts";

/** Below a list: how many entries it leaves out because their names start with a dot. */
export function HiddenEntries(props: { count: number; onShow: () => void }) {
  return (
    <Show when={props.count > 0}>
      <div class="row files-hidden">
        <span class="faint">{folderMessages.hiddenNote(props.count)}</span>
        <Button size="sm" variant="ghost" onClick={() => props.onShow()}>
          {folderMessages.show}
        </Button>
      </div>
    </Show>
  );
}
