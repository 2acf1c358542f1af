/** An entry of a menu is gone once it was chosen: its menu's button stands for it. */
function lasting(element: Element | null): Element | null {
  const trigger = element?.closest("[role=menu]")?.getAttribute("aria-labelledby");
  return trigger ? document.getElementById(trigger) : element;
}

/**
 * Remembers what has the focus. The returned function gives it back, unless something else on the page has it by then. The
 * dialogs of our library return the focus to their trigger only, and ours have none.
 */
export function rememberFocus(): () => void {
  const before = lasting(document.activeElement);
  return () => {
    const isFree = document.activeElement === null || document.activeElement === document.body;
    if (isFree && before instanceof HTMLElement && before.isConnected) before.focus({ preventScroll: true });
  };
}
