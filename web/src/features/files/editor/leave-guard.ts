import { useBeforeLeave } from "@solidjs/router";
import { onCleanup } from "solid-js";
import { confirm } from "../../../ui/index.ts";

export interface LeaveGuardOptions {
  /** Something typed is not saved. */
  dirty: () => boolean;
  /** Keeps what was typed, and tells whether leaving the page loses nothing. */
  safe: () => boolean;
  /** Addresses of the app under which the text stays open. */
  stays?: (to: string) => boolean;
}

/** Asks whether what was typed may be lost; at once true when it is kept. */
export async function mayLeave(safe: () => boolean): Promise<boolean> {
  return (
    safe() ||
    (await confirm({
      title: "Leave without saving?",
      body: "This text cannot be kept as a draft: what you typed since the last save is lost.",
      action: "Leave",
      danger: true,
    }))
  );
}

/** Keeps a draft when a page is left, and asks first where none can be kept. Drafts end with the tab, so closing it asks. */
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
    const to = typeof leave.to === "string" ? leave.to : "";
    if (leave.defaultPrevented || stays(to) || safe()) return;
    leave.preventDefault();
    void mayLeave(safe).then((yes) => yes && leave.retry(true));
  });
}
