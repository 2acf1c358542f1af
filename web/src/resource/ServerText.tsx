import { For, Show } from "solid-js";
import { visibleName } from "../lib/terminal-text.ts";

/** A sentence of the server. Text between backticks is shown as code. */
export function ServerText(props: { text: string }) {
  return (
    <For each={props.text.split("`")}>
      {(part, index) => (
        <Show when={index() % 2 === 1} fallback={visibleName(part)}>
          <code>{visibleName(part)}</code>
        </Show>
      )}
    </For>
  );
}
