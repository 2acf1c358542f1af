import { Dialog as Kobalte } from "@kobalte/core/dialog";
import { createMemo, createSignal, createUniqueId, For, Show } from "solid-js";
import { listActions } from "../../lib/api/actions.ts";
import { useCachedList } from "../../lib/cached-list.ts";
import { isComposition } from "../../lib/keys/key-match.ts";
import { noteRecent, readRecent } from "../../lib/recent.ts";
import { useSession } from "../../lib/session.ts";
import { rememberFocus } from "../../ui/return-focus.ts";
import type { CommandContext, CommandItem, CommandSource } from "../commands.ts";
import { paletteMessages } from "../messages.ts";
import { type Found, findCommands } from "./find-commands.ts";
import { createFrameCommands } from "./frame-commands.ts";

/** Lines that are remembered, in `recent.ts`. */
const RECENT = "commands";
const RECENT_MAX = 30;

export interface CommandPaletteProps {
  /** Items of the features, listed after the pages. */
  sources: readonly CommandSource[];
  context: CommandContext;
  /** Returns what was typed before the field had the focus. */
  takeTyped: () => string;
  onClose: () => void;
}

/** Finds a page or anything else that has an address by a few letters, and does what can be done with it. */
export function CommandPalette(props: CommandPaletteProps) {
  const id = createUniqueId();
  const returnFocus = rememberFocus();
  const account = useSession().principal()?.id ?? "";
  const items = createItems([createFrameCommands, ...props.sources], props.context);
  const recent = readRecent(account, RECENT);
  const [text, setText] = createSignal("");
  const [active, setActive] = createSignal(0);
  const found = createMemo(() => findCommands(items(), text(), recent));

  const moveTo = (index: number) => {
    const count = found().length;
    if (count === 0) return;
    setActive((index + count) % count);
    document.getElementById(`${id}-${active()}`)?.scrollIntoView({ block: "nearest" });
  };
  const run = (line: Found | undefined) => {
    if (!line) return;
    noteRecent(account, RECENT, line.id, RECENT_MAX);
    props.onClose();
    // A dialog that the line opens finds the focus where the palette found it.
    returnFocus();
    line.run();
  };
  /** Once the field has the focus, later keys are its own. */
  const startWith = (field: HTMLInputElement) => {
    const begin = () => {
      setText(props.takeTyped() + field.value);
      field.setSelectionRange(field.value.length, field.value.length);
    };
    field.addEventListener("focus", begin, { once: true });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    // Enter and arrows choose a candidate of an input method first.
    if (isComposition(event)) return;
    if (event.key === "ArrowDown") moveTo(active() + 1);
    else if (event.key === "ArrowUp") moveTo(active() - 1);
    else if (event.key === "PageDown") moveTo(Math.min(active() + 8, found().length - 1));
    else if (event.key === "PageUp") moveTo(Math.max(active() - 8, 0));
    else if (event.key === "Enter") run(found()[active()]);
    else return;
    event.preventDefault();
  };

  return (
    <Kobalte open onOpenChange={(open) => !open && props.onClose()} preventScroll={false}>
      <Kobalte.Portal>
        <Kobalte.Overlay class="overlay" />
        <div class="dialog-place palette-place">
          <Kobalte.Content class="dialog palette" onCloseAutoFocus={returnFocus}>
            <Kobalte.Title class="visually-hidden">{paletteMessages.title}</Kobalte.Title>
            <input
              ref={startWith}
              class="palette-input"
              role="combobox"
              aria-expanded="true"
              aria-controls={`${id}-list`}
              aria-activedescendant={found().length > 0 ? `${id}-${active()}` : undefined}
              aria-label={paletteMessages.search}
              placeholder={paletteMessages.placeholder}
              autocomplete="off"
              spellcheck={false}
              value={text()}
              onInput={(event) => {
                setText(event.currentTarget.value);
                setActive(0);
              }}
              onKeyDown={onKeyDown}
            />
            <div
              class="palette-list"
              role="listbox"
              id={`${id}-list`}
              aria-label={paletteMessages.matches}
              tabIndex={-1}
            >
              <For each={found()}>
                {(line, index) => (
                  <div
                    id={`${id}-${index()}`}
                    class="menu-item"
                    role="option"
                    tabIndex={-1}
                    aria-selected={index() === active()}
                    data-highlighted={index() === active() ? "" : undefined}
                    onPointerMove={() => setActive(index())}
                    onClick={() => run(line)}
                    onKeyDown={onKeyDown}
                  >
                    <line.icon size={15} />
                    <span class="grow truncate">{line.label}</span>
                    <span class="count">{line.group}</span>
                  </div>
                )}
              </For>
            </div>
            <Show when={found().length === 0}>
              <p class="palette-empty muted">{paletteMessages.noMatches}</p>
            </Show>
          </Kobalte.Content>
        </div>
      </Kobalte.Portal>
    </Kobalte>
  );
}

/** Everything that the account may open and do: what the server does not offer to it is left out. */
function createItems(sources: readonly CommandSource[], context: CommandContext) {
  const offered = useCachedList(["actions"], ({ signal }) => listActions(signal));
  const names = createMemo(() => new Set(offered.data?.map(({ name }) => name)));
  const isOffered = ({ name }: { name?: string }) => name === undefined || names().has(name);
  const lists = sources.map((source) => source(context));
  return createMemo((): CommandItem[] =>
    lists
      .flatMap((list) => list())
      .filter(isOffered)
      .map((item) => (item.actions ? { ...item, actions: item.actions.filter(isOffered) } : item)),
  );
}
