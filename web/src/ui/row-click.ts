import { matchesKey } from "../lib/keys/key-layers.ts";

const controls = "button, a, input, label, select";

/**
 * Whether an event started at a control inside a row; the row then ignores it.
 *
 * Uses the path of the event, which is fixed when it is dispatched. `target.closest()` fails for a control that replaces
 * its icon on a click: the target is detached before the event reaches the row.
 */
function beganAtControl(event: Event): boolean {
  for (const step of event.composedPath()) {
    if (step === event.currentTarget) return false;
    if (step instanceof Element && step.matches(controls)) return true;
  }
  return false;
}

/**
 * Attributes of a row of `listKeys` that opens on click, Enter and Space; events of a control inside it are ignored. Where the
 * row can be selected, Space does that.
 */
export function opensOn(open: (() => void) | undefined) {
  if (!open) return {};
  const unlessControl = (event: Event) => {
    if (!beganAtControl(event)) open();
  };
  return {
    "data-open": "",
    "data-list-row": "self",
    tabIndex: -1,
    onClick: unlessControl,
    onKeyDown: (event: KeyboardEvent) => {
      if (event.defaultPrevented || !matchesKey(event, "rowOpen", "rowSelect")) return;
      if (event.target !== event.currentTarget) return;
      event.preventDefault();
      unlessControl(event);
    },
  };
}
