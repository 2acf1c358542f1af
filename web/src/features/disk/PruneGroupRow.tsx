import ChevronRight from "lucide-solid/icons/chevron-right";
import { createEffect, createSignal, createUniqueId, For, Show } from "solid-js";
import type { PruneGroup, PruneItem } from "../../../../shared/protocol/disk.ts";
import { formatAgo, formatBytes } from "../../lib/format.ts";
import { visibleName } from "../../lib/terminal-text.ts";
import { IconButton } from "../../ui/index.ts";
import { keyOf, kindWords } from "./prune-choice.ts";

export interface PruneGroupRowProps {
  group: PruneGroup;
  chosen: ReadonlySet<string>;
  onToggle: (items: readonly PruneItem[], on: boolean) => void;
}

/** Items drawn at once: a build cache has thousands. */
const SHOWN_MAX = 200;

/** All of one kind, to be ticked together or one by one. */
export function PruneGroupRow(props: PruneGroupRowProps) {
  const id = createUniqueId();
  const [open, setOpen] = createSignal(false);
  const taken = () => props.group.items.filter((item) => props.chosen.has(keyOf(item))).length;
  let box: HTMLInputElement | undefined;
  createEffect(() => {
    const some = taken() > 0 && taken() < props.group.items.length;
    if (box) box.indeterminate = some;
  });
  const words = () => kindWords[props.group.kind];
  return (
    <section class="prune-group" aria-label={words().title}>
      <div class="prune-head">
        <IconButton
          size="sm"
          label={`${open() ? "Hide" : "Show"} ${words().title.toLowerCase()}`}
          icon={<ChevronRight size={14} />}
          aria-expanded={open()}
          aria-controls={id}
          onClick={() => setOpen(!open())}
        />
        <label class="check grow">
          <input
            ref={box}
            type="checkbox"
            checked={taken() === props.group.items.length}
            onChange={(event) => props.onToggle(props.group.items, event.currentTarget.checked)}
          />
          <span>
            {words().title} <span class="count">{props.group.items.length}</span>
            <span class="field-hint check-hint">{words().hint}</span>
          </span>
        </label>
        <b class="num">{formatBytes(props.group.size)}</b>
      </div>
      <Show when={open()}>
        <ul class="prune-items" id={id}>
          <For each={props.group.items.slice(0, SHOWN_MAX)}>
            {(item) => (
              <li>
                <label class="check grow">
                  <input
                    type="checkbox"
                    checked={props.chosen.has(keyOf(item))}
                    onChange={(event) => props.onToggle([item], event.currentTarget.checked)}
                  />
                  <span class="prune-name">{visibleName(item.name)}</span>
                </label>
                <span class="faint prune-age">{item.createdAt ? formatAgo(item.createdAt) : ""}</span>
                <span class="num">{item.size === null ? "–" : formatBytes(item.size)}</span>
              </li>
            )}
          </For>
        </ul>
        <Show when={props.group.items.length > SHOWN_MAX}>
          <p class="faint prune-more">And {props.group.items.length - SHOWN_MAX} more.</p>
        </Show>
      </Show>
    </section>
  );
}
