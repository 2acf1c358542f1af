const controls = "button, a, input, label, select";

/**
 * Whether an event began at a control inside a row, which has a meaning of its own.
 *
 * The path of the event is fixed when it is dispatched. `target.closest()` is not enough: a control that replaces its
 * icon while it is clicked has cut the target off by the time the row hears of the click.
 */
export function beganAtControl(event: Event): boolean {
  for (const step of event.composedPath()) {
    if (step === event.currentTarget) return false;
    if (step instanceof Element && step.matches(controls)) return true;
  }
  return false;
}
