import type { LogPaneApi } from "./LogPane.tsx";
import type { LogControls } from "./log-controls.ts";

export interface LogKeysOptions {
  root: () => HTMLElement | undefined;
  controls: LogControls;
  pane: () => LogPaneApi | undefined;
}

const isField = (target: EventTarget | null) =>
  target instanceof HTMLElement && target.matches("input, select, textarea, [contenteditable], [role=menuitem]");

/**
 * The keys of a log view: `/` searches, `n` and `N` go from match to match, `g` and `G` to the beginning and the end,
 * `f` follows, `w` wraps.
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
  };
  return (event: KeyboardEvent) => {
    if (event.altKey || event.defaultPrevented) return;
    if (event.ctrlKey || event.metaKey) {
      if (event.key.toLowerCase() !== "f" || event.shiftKey) return;
      // The browser's own search sees only the few lines that are in the page.
      event.preventDefault();
      return search();
    }
    const act = isField(event.target) ? undefined : keys[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  };
}
