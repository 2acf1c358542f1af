import { bindKeys } from "../../../lib/keys/key-layers.ts";
import type { LogPaneApi } from "./LogPane.tsx";
import type { LogControls } from "./log-controls.ts";

export interface LogKeysOptions {
  root: () => HTMLElement | undefined;
  controls: LogControls;
  pane: () => LogPaneApi | undefined;
}

/** Binds the keys of a log view. They work wherever the focus is on the page, except where keys belong to another part. */
export function createLogKeys({ root, controls, pane }: LogKeysOptions) {
  /** The key is another part's while the log is not on the page. */
  const whileShown = (work: () => void) => () => root()?.isConnected === true && work();
  bindKeys({
    // Ctrl F as well: the browser's own search sees only the few lines that are in the page.
    logSearch: whileShown(() => root()?.querySelector<HTMLInputElement>("input[type=search]")?.select()),
    logNext: whileShown(() => pane()?.matches.next()),
    logPrevious: whileShown(() => pane()?.matches.previous()),
    logStart: whileShown(() => {
      controls.setFollowing(false);
      pane()?.toStart();
    }),
    logEnd: whileShown(() => pane()?.toEnd()),
    logFollow: whileShown(() => (controls.following() ? controls.setFollowing(false) : pane()?.toEnd())),
    logWrap: whileShown(() => controls.setWrap(!controls.wrap())),
  });
}
