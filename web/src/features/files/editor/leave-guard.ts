import { useBeforeLeave } from "@solidjs/router";
import { onCleanup } from "solid-js";
import { confirm } from "../../../ui/index.ts";
import { editorMessages } from "../messages.ts";

export interface LeaveGuardOptions {
  /** There are unsaved changes. */
  dirty: () => boolean;
  /** Stores unsaved text as a draft; false when leaving the page would lose it. */
  safe: () => boolean;
  /** Whether an address of the app keeps the text open. `from` is the present address. */
  stays?: (to: URL, from: URL) => boolean;
}

/** Asks before unsaved text is lost; true without a question when it is kept. */
export async function mayLeave(safe: () => boolean): Promise<boolean> {
  return (
    safe() ||
    (await confirm({
      title: editorMessages.leaveTitle,
      body: editorMessages.leaveHint,
      action: editorMessages.leave,
      danger: true,
    }))
  );
}

/** Stores a draft when a page is left, or asks when none can be kept. Drafts end with the tab, so closing it asks too. */
export function createLeaveGuard({ dirty, safe, stays = () => false }: LeaveGuardOptions): void {
  const unload = (event: BeforeUnloadEvent) => {
    safe();
    if (dirty()) event.preventDefault();
  };
  const hide = () => void safe();
  window.addEventListener("beforeunload", unload);
  window.addEventListener("pagehide", hide);
  onCleanup(() => {
    window.removeEventListener("beforeunload", unload);
    window.removeEventListener("pagehide", hide);
    safe();
  });
  useBeforeLeave((leave) => {
    // Back and forward give a number of steps; the browser is at their address by now.
    const { pathname, search, hash } = leave.from;
    const from = new URL(`${pathname}${search}${hash}`, window.location.origin);
    const to = typeof leave.to === "string" ? new URL(leave.to, from) : new URL(window.location.href);
    if (leave.defaultPrevented || stays(to, from) || safe()) return;
    leave.preventDefault();
    void mayLeave(safe).then((yes) => yes && leave.retry(true));
  });
}
