const controls = "button, a, input, label, select";

/**
 * Whether an event started at a control inside a row; the row then ignores it.
 *
 * Uses the path of the event, which is fixed when it is dispatched. `target.closest()` fails for a control that replaces
 * its icon on a click: the target is detached before the event reaches the row.
 */
export function beganAtControl(event: Event): boolean {
  for (const step of event.composedPath()) {
    if (step === event.currentTarget) return false;
    if (step instanceof Element && step.matches(controls)) return true;
  }
  return false;
}
