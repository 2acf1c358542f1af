import ChevronRight from "lucide-solid/icons/chevron-right";
import { createEffect, createSignal, createUniqueId, For, Show } from "solid-js";
import type { PruneGroup, PruneItem } from "../../../../shared/protocol/disk.ts";
import { formatAgo, formatBytes } from "../../lib/format.ts";
import { visibleName } from "../../lib/terminal-text.ts";
import { IconButton } from "../../ui/index.ts";
import { kindLabels, pruneMessages } from "./messages.ts";
import { keyOf } from "./prune-choice.ts";

export interface PruneGroupRowProps {
  group: PruneGroup;
  selection: ReadonlySet<string>;
  onToggle: (items: readonly PruneItem[], isSelected: boolean) => void;
}

/** Items shown at most: a build cache has thousands. */
const MAX_SHOWN = 200;

/** All items of one kind, selected together or one by one. */
export function PruneGroupRow(props: PruneGroupRowProps) {
  const id = createUniqueId();
  const [open, setOpen] = createSignal(false);
  const taken = () => props.group.items.filter((item) => props.selection.has(keyOf(item))).length;
  let box: HTMLInputElement | undefined;
  createEffect(() => {
    const some = taken() > 0 && taken() < props.group.items.length;
    if (box) box.indeterminate = some;
  });
  const label = () => kindLabels[props.group.kind];
  return (
    <section class="prune-group" aria-label={label().title}>
      <div class="prune-head">
        <IconButton
          size="sm"
          label={`${open() ? "Hide" : "Show"} ${label().title.toLowerCase()}`}
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
            {label().title} <span class="count">{props.group.items.length}</span>
            <span class="field-hint check-hint">{label().hint}</span>
          </span>
        </label>
        <b class="num">{formatBytes(props.group.size)}</b>
      </div>
      <Show when={open()}>
        <ul class="prune-items" id={id}>
          <For each={props.group.items.slice(0, MAX_SHOWN)}>
            {(item) => (
              <li>
                <label class="check grow">
                  <input
                    type="checkbox"
                    checked={props.selection.has(keyOf(item))}
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
        <Show when={props.group.items.length > MAX_SHOWN}>
          <p class="faint prune-more">{pruneMessages.more(props.group.items.length - MAX_SHOWN)}</p>
        </Show>
      </Show>
    </section>
  );
}
