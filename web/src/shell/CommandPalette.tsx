import { Dialog as Kobalte } from "@kobalte/core/dialog";
import SunMoon from "lucide-solid/icons/sun-moon";
import UserRound from "lucide-solid/icons/user-round";
import { createMemo, createSignal, createUniqueId, For, Show } from "solid-js";
import { useSession } from "../lib/session.ts";
import { theme } from "../lib/theme.ts";
import type { Command, CommandSource } from "./commands.ts";
import { accountMessages, paletteMessages } from "./messages.ts";
import { mayOpen, navigation } from "./navigation.tsx";

/** Matches shown at once. */
const MAX_SHOWN = 50;

export interface CommandPaletteProps {
  /** Commands of the features, listed after the pages. */
  sources: readonly CommandSource[];
  onClose: () => void;
  onNavigate: (href: string) => void;
}

/** Finds a page or anything else that a feature lists by a few letters. */
export default function CommandPalette(props: CommandPaletteProps) {
  const id = createUniqueId();
  const session = useSession();
  const listed = props.sources.map((source) => source(props.onNavigate));
  const [text, setText] = createSignal("");
  const [active, setActive] = createSignal(0);
  const go = (href: string) => () => props.onNavigate(href);

  const commands = createMemo((): Command[] => [
    ...navigation
      .flatMap((section) => section.items)
      .filter((destination) => mayOpen(session, destination))
      .map((item) => ({ label: item.label, group: "Page", icon: item.icon, run: go(item.href) })),
    { label: accountMessages.account, group: "Page", icon: UserRound, run: go("/account") },
    {
      label: theme.resolved() === "dark" ? paletteMessages.lightTheme : paletteMessages.darkTheme,
      group: "Theme",
      icon: SunMoon,
      run: () => theme.choose(theme.resolved() === "dark" ? "light" : "dark"),
    },
    ...listed.flatMap((commands) => commands()),
  ]);
  const found = createMemo(() => {
    const words = text().toLowerCase().split(/\s+/).filter(Boolean);
    return commands()
      .filter((command) => words.every((word) => `${command.label} ${command.group}`.toLowerCase().includes(word)))
      .slice(0, MAX_SHOWN);
  });
  const move = (by: number) => {
    const count = found().length;
    if (count === 0) return;
    setActive((at) => (at + by + count) % count);
    document.getElementById(`${id}-${active()}`)?.scrollIntoView({ block: "nearest" });
  };
  const run = (command: Command | undefined) => {
    if (!command) return;
    props.onClose();
    command.run();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "ArrowDown") move(1);
    else if (event.key === "ArrowUp") move(-1);
    else if (event.key === "Enter") run(found()[active()]);
    else return;
    event.preventDefault();
  };

  return (
    <Kobalte open onOpenChange={(open) => !open && props.onClose()} preventScroll={false}>
      <Kobalte.Portal>
        <Kobalte.Overlay class="overlay" />
        <div class="dialog-place palette-place">
          <Kobalte.Content class="dialog palette">
            <Kobalte.Title class="visually-hidden">{paletteMessages.title}</Kobalte.Title>
            <input
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
                {(command, index) => (
                  <div
                    id={`${id}-${index()}`}
                    class="menu-item"
                    role="option"
                    tabIndex={-1}
                    aria-selected={index() === active()}
                    data-highlighted={index() === active() ? "" : undefined}
                    onPointerMove={() => setActive(index())}
                    onClick={() => run(command)}
                    onKeyDown={onKeyDown}
                  >
                    <command.icon size={15} />
                    <span class="grow truncate">{command.label}</span>
                    <span class="count">{command.group}</span>
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
