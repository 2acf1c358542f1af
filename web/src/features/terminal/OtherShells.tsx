import { For } from "solid-js";
import type { Shell } from "../../../../shared/protocol/shell.ts";
import { visibleName } from "../../lib/terminal-text.ts";
import { Button } from "../../ui/index.ts";
import { shellMessages } from "./messages.ts";

/** Shells that other accounts have open in the container. */
export function OtherShells(props: { shells: readonly Shell[]; onEnd: (shell: Shell) => void }) {
  return (
    <ul class="shell-others" aria-label={shellMessages.others}>
      <For each={props.shells}>
        {(shell) => (
          <li>
            <span class="faint">
              {shellMessages.other(visibleName(shell.openedBy.name), shell.user ? visibleName(shell.user) : "")}
            </span>
            <Button size="sm" onClick={() => props.onEnd(shell)}>
              {shellMessages.endOther}
            </Button>
          </li>
        )}
      </For>
    </ul>
  );
}
