import Maximize2 from "lucide-solid/icons/maximize-2";
import Minimize2 from "lucide-solid/icons/minimize-2";
import Plus from "lucide-solid/icons/plus";
import X from "lucide-solid/icons/x";
import { For, Show } from "solid-js";
import { visibleName } from "../../lib/terminal-text.ts";
import { IconButton } from "../../ui/index.ts";
import { shellMessages } from "./messages.ts";
import type { OpenShell, OpenShells } from "./open-shells.ts";

export interface ShellBarProps {
  shells: OpenShells;
  container: string;
  isFull: boolean;
  onFull: (isFull: boolean) => void;
  onOpen: () => void;
  onEnd: (shell: OpenShell) => void;
}

/** The open shells as tabs, with buttons to open one more, to end one, and to fill the window. */
export function ShellBar(props: ShellBarProps) {
  return (
    <div class="shell-bar">
      <fieldset class="shell-names">
        <legend class="visually-hidden">{shellMessages.openShells}</legend>
        <For each={props.shells.ids()}>
          {(id) => (
            <Show when={props.shells.find(id)}>
              {(open) => (
                <span class="shell-name" classList={{ chosen: props.shells.active() === id }}>
                  <button
                    type="button"
                    aria-pressed={props.shells.active() === id}
                    onClick={() => props.shells.activate(id)}
                  >
                    {shellMessages.name(open().number)}
                    <Show when={open().shell.user}> as {visibleName(open().shell.user)}</Show>
                  </button>
                  <IconButton
                    label={shellMessages.end(open().number)}
                    size="sm"
                    onClick={() => props.onEnd(open())}
                    icon={<X size={13} />}
                  />
                </span>
              )}
            </Show>
          )}
        </For>
        <IconButton
          label={shellMessages.openAnother}
          size="sm"
          onClick={() => props.onOpen()}
          icon={<Plus size={15} />}
        />
      </fieldset>
      <span class="faint shell-container">{props.isFull ? visibleName(props.container) : ""}</span>
      <IconButton
        label={props.isFull ? shellMessages.leaveFullWindow : shellMessages.enterFullWindow}
        size="sm"
        onClick={() => props.onFull(!props.isFull)}
        icon={props.isFull ? <Minimize2 size={15} /> : <Maximize2 size={15} />}
      />
    </div>
  );
}
