import { For } from "solid-js";
import { Dialog } from "../../../ui/index.ts";
import { keys, toolbar } from "../messages.ts";
import type { LogControls } from "./log-controls.ts";

/** The keys of the log, opened by `?` or from the toolbar. */
export function LogKeysDialog(props: { controls: LogControls }) {
  return (
    <Dialog open={props.controls.keysShown()} title={toolbar.keys} onClose={() => props.controls.setKeysShown(false)}>
      <dl class="log-keys">
        <For each={keys}>
          {([key, label]) => (
            <div>
              <dt>
                <kbd class="kbd">{key}</kbd>
              </dt>
              <dd>{label}</dd>
            </div>
          )}
        </For>
      </dl>
    </Dialog>
  );
}
