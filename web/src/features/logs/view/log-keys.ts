import { onCleanup, onMount } from "solid-js";
import type { LogPaneApi } from "./LogPane.tsx";
import type { LogControls } from "./log-controls.ts";

export interface LogKeysOptions {
  root: () => HTMLElement | undefined;
  controls: LogControls;
  pane: () => LogPaneApi | undefined;
}

const isField = (target: EventTarget | null) =>
  target instanceof HTMLElement && target.matches("input, select, textarea, [contenteditable], [role=menuitem]");

/** Parts with keys of their own. */
const taken = "[role=dialog], [role=alertdialog], [role=menu], [role=listbox], .xterm, .cm-editor";

/** Whether the focus is in a part of the page that has keys of its own. */
const isElsewhere = (target: EventTarget | null): boolean =>
  document.querySelector("[role=dialog], [role=alertdialog]") !== null ||
  (target instanceof Element && target.closest(taken) !== null);

/**
 * The keys of a log view: `/` searches, `n` and `N` go from match to match, `g` and `G` to the beginning and the end,
 * `f` follows, `w` wraps, `?` lists them. They work wherever the focus is on the page, except in a field, a menu, a dialog
 * or another part that has taken it.
 */
export function createLogKeys({ root, controls, pane }: LogKeysOptions) {
  const search = () => root()?.querySelector<HTMLInputElement>("input[type=search]")?.select();
  const keys: Record<string, () => void> = {
    "/": search,
    n: () => pane()?.matches.next(),
    N: () => pane()?.matches.previous(),
    g: () => {
      controls.setFollowing(false);
      pane()?.toStart();
    },
    G: () => pane()?.toEnd(),
    f: () => (controls.following() ? controls.setFollowing(false) : pane()?.toEnd()),
    w: () => controls.setWrap(!controls.wrap()),
    "?": () => controls.setKeysShown(true),
  };
  const act = (event: KeyboardEvent) => {
    if (event.altKey || event.defaultPrevented || !root()?.isConnected || isElsewhere(event.target)) return;
    if (event.ctrlKey || event.metaKey) {
      if (event.key.toLowerCase() !== "f" || event.shiftKey) return;
      // The browser's own search sees only the few lines that are in the page.
      event.preventDefault();
      return search();
    }
    const key = isField(event.target) ? undefined : keys[event.key];
    if (!key) return;
    event.preventDefault();
    key();
  };
  onMount(() => {
    document.addEventListener("keydown", act);
    onCleanup(() => document.removeEventListener("keydown", act));
  });
}
