import { onCleanup } from "solid-js";

export const rowMark = "[data-list-row]";
const focusable = "a[href], button, input, select, textarea, [tabindex]";
/** Frames to wait for a row that a virtual list brings into the page. */
const FRAMES = 30;

/** What takes the focus for a row: the row itself, or its first link or button. */
export const handleOf = (row: HTMLElement): HTMLElement | null =>
  row.dataset.listRow === "self" ? row : row.querySelector<HTMLElement>("a[href], button");

/** Everything else in a row that takes the focus. */
export const controlsOf = (row: HTMLElement): HTMLElement[] => {
  const handle = handleOf(row);
  return [...row.querySelectorAll<HTMLElement>(focusable)].filter((control) => control !== handle);
};

export const isUsable = (control: HTMLElement): boolean =>
  !control.matches(":disabled") && control.getClientRects().length > 0;

/** The length of a list of which only a part is in the page, and a way to bring a row into it. */
export interface VirtualRows {
  count: () => number;
  show: (index: number) => void;
}

/**
 * The rows of a list, of which one is a stop of the Tab key (roving tabindex). A row that is removed while it has the focus
 * hands it to its neighbour. Ends with the owner.
 */
export function createListRows(host: HTMLElement, virtual: VirtualRows | undefined) {
  let current: HTMLElement | null = null;
  /** Place of the row that has, or had, the focus. */
  let place = 0;
  let hasFocus = false;

  const all = () => [...host.querySelectorAll<HTMLElement>(rowMark)].filter((row) => handleOf(row) !== null);
  const of = (target: EventTarget | null) =>
    target instanceof Element && host.contains(target) ? target.closest<HTMLElement>(rowMark) : null;
  const indexOf = (row: HTMLElement) => Number(row.dataset.index ?? all().indexOf(row));

  function makeCurrent(row: HTMLElement | null | undefined): void {
    const handle = row && handleOf(row);
    if (current && current !== handle) current.tabIndex = -1;
    current = handle ?? null;
    if (current) current.tabIndex = 0;
  }
  const focusCurrent = () => current?.focus({ preventScroll: true });
  function focus(row: HTMLElement | null | undefined): void {
    if (!row) return;
    makeCurrent(row);
    focusCurrent();
    row.scrollIntoView({ block: "nearest" });
  }
  /** Takes new rows, and new controls of a row, out of the order of the Tab key. */
  function settle(element: Element): void {
    const around = element.closest<HTMLElement>(rowMark);
    for (const row of around ? [around] : element.querySelectorAll<HTMLElement>(rowMark)) {
      for (const control of controlsOf(row)) control.tabIndex = -1;
      const handle = handleOf(row);
      if (handle && handle !== current) handle.tabIndex = -1;
    }
  }
  const initial = () =>
    host.querySelector<HTMLElement>(`${rowMark}:is([aria-selected=true], [aria-current=true])`) ?? all()[0];
  function ensureCurrent(): void {
    if (current && host.contains(current)) return;
    const isLost = hasFocus && (document.activeElement === document.body || document.activeElement === null);
    const rows = all();
    current = null;
    makeCurrent(isLost ? (rows.find((row) => indexOf(row) >= place) ?? rows.at(-1)) : initial());
    if (isLost) focusCurrent();
  }
  /** Focuses a row by its index, also one that is not in the page yet. */
  function focusIndex(index: number): void {
    if (!virtual) {
      focus(all().at(index));
      return;
    }
    virtual.show(index);
    let left = FRAMES;
    const look = () => {
      const row = host.querySelector<HTMLElement>(`${rowMark}[data-index="${index}"]`);
      if (row) focus(row);
      else if (--left > 0 && host.isConnected) requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  }
  /** Focuses the row above or below. Returns it, unless there is none in the page. */
  function step(row: HTMLElement, by: 1 | -1): HTMLElement | undefined {
    const rows = all();
    const next = rows[rows.indexOf(row) + by];
    const index = indexOf(row) + by;
    if (next) focus(next);
    else if (virtual && index >= 0 && index < virtual.count()) focusIndex(index);
    return next;
  }

  const onFocusIn = ({ target }: FocusEvent) => {
    const row = of(target);
    hasFocus = true;
    if (!row) return;
    place = indexOf(row);
    makeCurrent(row);
  };
  // Without a next element the window lost the focus, or the element was removed.
  const onFocusOut = ({ relatedTarget }: FocusEvent) => {
    if (relatedTarget instanceof Node) hasFocus = host.contains(relatedTarget);
  };
  const onPointerDown = () => {
    hasFocus = false;
  };
  const changed = new MutationObserver((records) => {
    const added = records.flatMap(({ addedNodes }) => [...addedNodes]).filter((node) => node instanceof Element);
    for (const element of added) settle(element);
    const isRemoved = records.some(({ removedNodes }) => [...removedNodes].some((node) => node instanceof Element));
    if (added.length > 0 || isRemoved) ensureCurrent();
  });
  changed.observe(host, { childList: true, subtree: true });
  settle(host);
  queueMicrotask(ensureCurrent);
  host.addEventListener("focusin", onFocusIn);
  host.addEventListener("focusout", onFocusOut);
  document.addEventListener("pointerdown", onPointerDown, true);
  onCleanup(() => {
    changed.disconnect();
    host.removeEventListener("focusin", onFocusIn);
    host.removeEventListener("focusout", onFocusOut);
    document.removeEventListener("pointerdown", onPointerDown, true);
  });
  return {
    all,
    /** The row of an event's target; null outside of the rows. */
    of,
    focus,
    focusIndex,
    step,
    /** Length of the whole list. */
    count: () => virtual?.count() ?? all().length,
    /** Focuses the row that the Tab key would focus. Returns whether there is one to see. */
    enter(): boolean {
      if (!current?.isConnected || current.getClientRects().length === 0) return false;
      current.focus();
      current.scrollIntoView({ block: "nearest" });
      return true;
    },
  };
}
