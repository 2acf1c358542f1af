import { createEffect, onCleanup } from "solid-js";

/** What is pressed or typed into. Rows that open on a click have more than the part that is covered. */
const controls = "button, a[href], input, select, textarea, summary, [role=tab]";
/** Distance between two points that are looked at: less than the smallest button. */
const STEP_PX = 12;
/** What is below changes while toasts are shown: an upload begins, a list grows. */
const CHECK_MS = 250;
const GAP_PX = 8;

/** Whether a part of a control lies below the element. */
function coversControl(host: Element): boolean {
  const { left, right, top, bottom } = host.getBoundingClientRect();
  for (let y = top + 2; y < bottom; y += STEP_PX) {
    for (let x = left + 2; x < right; x += STEP_PX) {
      const below = document.elementsFromPoint(x, y);
      if (below.some((element) => element.matches(controls) && !host.contains(element))) return true;
    }
  }
  return false;
}

/**
 * Moves the end of the page above the toasts while one of them would cover a control, and back when the last one is gone.
 * Where they cover text alone, the page stays: a log would jump with each of them.
 * @param count Toasts that are shown; reactive.
 */
export function createToastRoom(host: () => HTMLElement | undefined, count: () => number): void {
  const style = document.documentElement.style;
  createEffect(() => {
    const element = host();
    if (count() === 0 || !element) return void style.removeProperty("--toast-room");
    const check = () => {
      if (!coversControl(element)) return;
      const height = window.innerHeight - element.getBoundingClientRect().top + GAP_PX;
      style.setProperty("--toast-room", `${Math.ceil(height)}px`);
    };
    const frame = requestAnimationFrame(check);
    const timer = setInterval(check, CHECK_MS);
    onCleanup(() => {
      cancelAnimationFrame(frame);
      clearInterval(timer);
    });
  });
  onCleanup(() => style.removeProperty("--toast-room"));
}
