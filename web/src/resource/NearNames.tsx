import { For, Show } from "solid-js";
import { visibleName } from "../lib/terminal-text.ts";
import { Button } from "../ui/index.ts";
import { resourceMessages } from "./messages.ts";
import { nearNames } from "./near-names.ts";

/** For an address that names nothing: what may have been meant. */
export function NearNames(props: { wanted: string; names: readonly string[]; onOpen: (name: string) => void }) {
  const near = () => nearNames(props.wanted, props.names);
  return (
    <Show when={near().length > 0}>
      <span class="near-names">
        {resourceMessages.didYouMean}{" "}
        <For each={near()}>
          {(name) => (
            <Button size="sm" variant="ghost" onClick={() => props.onOpen(name)}>
              {visibleName(name)}
            </Button>
          )}
        </For>
      </span>
    </Show>
  );
}
