import { onCleanup } from "solid-js";
import { bindKeys, matchesKey } from "../lib/keys/key-layers.ts";
import { controlsOf, createListRows, handleOf, isUsable, type VirtualRows } from "./list-rows.ts";
import { openRowMenu } from "./row-menu.ts";

const typed = "input:not([type=checkbox]):not([type=radio]), select, textarea";

const boxOf = (row: HTMLElement) => row.querySelector<HTMLInputElement>("input[type=checkbox]:not(:disabled)");

function check(row: HTMLElement, wanted: boolean): void {
  const box = boxOf(row);
  if (box && box.checked !== wanted) box.click();
}

/** The card of the next line below (or above, for -1) whose left edge is nearest. */
function cardBelow(card: HTMLElement, cards: readonly HTMLElement[], by: 1 | -1): HTMLElement | undefined {
  const from = card.getBoundingClientRect();
  const others = cards
    .map((element) => ({ element, box: element.getBoundingClientRect() }))
    .filter(({ box }) => (by === 1 ? box.top >= from.bottom : box.bottom <= from.top));
  const distance = ({ box }: (typeof others)[number]) => Math.abs(box.top - from.top);
  const nearest = Math.min(...others.map(distance));
  const offset = ({ box }: (typeof others)[number]) => Math.abs(box.left - from.left);
  const line = others.filter((other) => distance(other) < nearest + 1);
  return line.toSorted((a, b) => offset(a) - offset(b))[0]?.element;
}

/**
 * Makes a list one stop of the Tab key. Arrows and `j k`, Home and End go from row to row, the right arrow to the buttons of
 * a row, Space selects a row with a checkbox, Shift with an arrow extends the selection, `.` opens the actions of the row.
 * Enter opens: that is up to the row.
 *
 * In a grid of cards the arrows go to the card in their direction, by way of the buttons of a card.
 *
 * Rows are elements with `data-list-row`: `self` if the row itself takes the focus, otherwise its first link or button does.
 * Called while a component is set up, with the element around the rows.
 */
export function listKeys(host: HTMLElement, virtual?: VirtualRows, layout: "list" | "grid" = "list"): void {
  const rows = createListRows(host, virtual);
  /** The row where the selection began to be extended. */
  let anchor: HTMLElement | null = null;

  /** Takes the next row into the selection, or this one out of it on the way back to where it began. */
  function extend(row: HTMLElement, by: 1 | -1): void {
    if (!anchor?.isConnected) anchor = row;
    const all = rows.all();
    const from = all.indexOf(row) - all.indexOf(anchor);
    const next = rows.step(row, by);
    const isWayBack = from !== 0 && Math.sign(from) !== by;
    check(row, !isWayBack || next === undefined);
    if (next && !isWayBack) check(next, true);
  }
  /** To the next button of the row, or back to the row. */
  function along(row: HTMLElement, target: Element, by: 1 | -1): void {
    const stops = [row, ...controlsOf(row).filter(isUsable)];
    const at = stops.findIndex((stop) => stop !== row && stop.contains(target));
    const next = stops[Math.max(0, at) + by];
    if (next === row) rows.focus(row);
    else if (next) next.focus();
    else if (layout === "grid") rows.step(row, by);
  }
  const vertically = (row: HTMLElement, by: 1 | -1) =>
    layout === "grid" ? rows.focus(cardBelow(row, rows.all(), by)) : rows.step(row, by);
  const moves = {
    rowNext: (row: HTMLElement) => vertically(row, 1),
    rowPrevious: (row: HTMLElement) => vertically(row, -1),
    rowFirst: () => rows.focusIndex(0),
    rowLast: () => rows.focusIndex(rows.count() - 1),
    rowExtendDown: (row: HTMLElement) => extend(row, 1),
    rowExtendUp: (row: HTMLElement) => extend(row, -1),
    rowInto: (row: HTMLElement, target: Element) => along(row, target, 1),
    rowOut: (row: HTMLElement, target: Element) => along(row, target, -1),
    rowMenu: openRowMenu,
  };
  const names = Object.keys(moves) as (keyof typeof moves)[];

  const onKeyDown = (event: KeyboardEvent) => {
    const { target } = event;
    const row = rows.of(target);
    if (!row || !(target instanceof Element) || target.matches(typed) || event.defaultPrevented) return;
    const isHandle = target === handleOf(row);
    // A menu button opens by an arrow.
    if (!isHandle && target.matches("[aria-haspopup]") && matchesKey(event, "rowNext", "rowPrevious")) return;
    const move = names.find((name) => matchesKey(event, name));
    if (move) moves[move](row, target);
    else if (isHandle && matchesKey(event, "rowSelect") && boxOf(row)) boxOf(row)?.click();
    else return;
    // A press of Shift alone is none of these, and begins nothing new.
    if (move !== "rowExtendDown" && move !== "rowExtendUp") anchor = null;
    event.preventDefault();
    event.stopPropagation();
  };
  host.addEventListener("keydown", onKeyDown);
  onCleanup(() => host.removeEventListener("keydown", onKeyDown));
  // From elsewhere on the page, `j` and `k` enter the list. Arrows scroll there.
  const enter = (event: KeyboardEvent) => !event.key.startsWith("Arrow") && rows.enter();
  bindKeys({ rowNext: enter, rowPrevious: enter });
}
