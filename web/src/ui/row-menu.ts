import { createSignal } from "solid-js";

/** One action of a row: a button that is in it. */
export interface RowAction {
  label: string;
  icon: Node | undefined;
  run: () => void;
}

export interface OpenRowMenu {
  row: HTMLElement;
  actions: readonly RowAction[];
}

const [openMenu, setOpenMenu] = createSignal<OpenRowMenu>();

/** The menu of a row that is open, for the `RowMenuHost`. */
export { openMenu, setOpenMenu };

const isUsable = (button: HTMLElement) => !button.matches(":disabled") && button.getClientRects().length > 0;

/** Opens a menu button as the keyboard does, with its first entry focused. */
function openByKey(trigger: HTMLElement): void {
  trigger.focus({ preventScroll: true });
  trigger.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true }));
}

/** Opens the actions of a row as a menu: every button of the row, or the row's own menu if it has nothing else. */
export function openRowMenu(row: HTMLElement): void {
  const isMenu = (button: HTMLElement) => button.matches("[aria-haspopup=menu], [aria-haspopup=true]");
  const buttons = [...row.querySelectorAll<HTMLElement>("button")].filter(
    (button) =>
      isUsable(button) && (button.ariaLabel || button.innerText.trim()) && !button.matches("[data-list-open]"),
  );
  const [only] = buttons;
  if (only && buttons.length === 1 && isMenu(only)) {
    openByKey(only);
    return;
  }
  const actions = buttons.map((button) => ({
    label: button.ariaLabel || button.innerText.trim(),
    icon: button.querySelector("svg")?.cloneNode(true),
    run: () => (isMenu(button) ? openByKey(button) : button.click()),
  }));
  if (actions.length > 0) setOpenMenu({ row, actions });
}
