import { createRoot, createSignal, onCleanup } from "solid-js";
import { createPreference } from "../preference.ts";
import { isSingleCharacter, keyName } from "./key-match.ts";
import { type KeyName, keyTable } from "./key-table.ts";

/** What a key does. `false`: nothing now, so the key goes on to the page. */
export type KeyHandler = (event: KeyboardEvent) => unknown;
export type KeyHandlers = Partial<Record<KeyName, KeyHandler>>;

const isKey = (binding: KeyName, name: string) => (keyTable[binding].keys as readonly string[]).includes(name);

interface Layer {
  handlers: KeyHandlers;
}

/** Bound keys, the innermost part of the page last. */
let layers: readonly Layer[] = [];
const [bound, setBound] = createSignal<ReadonlySet<KeyName>>(new Set());

/** Whether keys of one character work (WCAG 2.1.4); kept by the browser. */
export const [letterKeys, setLetterKeys] = createRoot(() => createPreference("letter-keys", true));

/** The keys that have a handler on the page at the moment. */
export const boundKeys = bound;

const fields = "input, select, textarea, [contenteditable=''], [contenteditable=true]";
/** Parts with keys of their own. */
const ownKeys = "[role=dialog], [role=alertdialog], [role=menu], [role=listbox], [role=menuitem], .xterm, .cm-editor";
const buttonLike = "input[type=checkbox], input[type=radio], input[type=button], input[type=file]";

/** Whether keys belong to what has the focus: a field, an editor, a shell, a menu. */
const isTaken = (event: KeyboardEvent, name: string): boolean => {
  // By its path: editor and shell stand in shadow trees, whose host is the target of the event here.
  const path = event.composedPath().filter((part) => part instanceof Element);
  if (path.some((part) => part.matches(ownKeys))) return true;
  const [target] = path;
  return (target?.matches(fields) ?? false) && !target?.matches(buttonLike) && !name.startsWith("Mod+");
};

const isDialogOpen = () => document.querySelector("[role=dialog], [role=alertdialog]") !== null;

/** Time for the letter after `g`, in milliseconds. */
const SEQUENCE_MS = 1_200;
let sequenceUntil = 0;
let goTo: ((letter: string) => boolean) | undefined;

/**
 * Handles the letter after `g`, until the owner is disposed. It comes before every layer, so `g` may have a meaning of its own
 * as well, as it has in a log.
 * @param open Returns whether the letter has a page.
 */
export function bindPageKeys(open: (letter: string) => boolean): void {
  goTo = open;
  onCleanup(() => {
    goTo = undefined;
  });
}

function dispatch(event: KeyboardEvent): void {
  const name = keyName(event);
  // A part that took the key may only have stopped its way up: the page listens at the same place.
  if (name === undefined || event.defaultPrevented || event.cancelBubble) return;
  const isCharacter = isSingleCharacter(name);
  if (isCharacter && !letterKeys()) return;
  // The palette opens and closes everywhere; everything else leaves dialogs, fields, editors and shells alone.
  const isPalette = isKey("palette", name);
  if (!isPalette && (isTaken(event, name) || isDialogOpen())) return;
  // When the keys were pressed: a busy page handles them later.
  const isSequence = event.timeStamp < sequenceUntil;
  sequenceUntil = isKey("goTo", name) ? event.timeStamp + SEQUENCE_MS : 0;
  const isDone = (isSequence && isCharacter && goTo?.(name)) || runLayers(name, event);
  if (isDone) event.preventDefault();
}

/** Runs the innermost handler of a key. Returns whether there was one. */
function runLayers(name: string, event: KeyboardEvent): boolean {
  for (const { handlers } of [...layers].reverse()) {
    for (const [binding, handler] of Object.entries(handlers) as [KeyName, KeyHandler][]) {
      if (isKey(binding, name) && handler(event) !== false) return true;
    }
  }
  return false;
}

function setLayers(next: readonly Layer[]): void {
  if (layers.length === 0 && next.length > 0) document.addEventListener("keydown", dispatch);
  if (layers.length > 0 && next.length === 0) document.removeEventListener("keydown", dispatch);
  layers = next;
  setBound(new Set(next.flatMap(({ handlers }) => Object.keys(handlers) as KeyName[])));
}

/**
 * Binds keys of the table until the owner is disposed. They work wherever the focus is on the page, except in a field, an
 * editor, a shell, a menu or a dialog. The part of the page that binds last comes first; a handler that returns `false`
 * leaves the key to the others.
 */
export function bindKeys(handlers: KeyHandlers): void {
  const layer: Layer = { handlers };
  setLayers([...layers, layer]);
  onCleanup(() => setLayers(layers.filter((other) => other !== layer)));
}

/** Whether a keyboard event is a key of the table, for parts that bind keys to their own element. */
export function matchesKey(event: KeyboardEvent, ...names: KeyName[]): boolean {
  const pressed = keyName(event);
  if (pressed === undefined || (isSingleCharacter(pressed) && !letterKeys())) return false;
  return names.some((name) => isKey(name, pressed));
}
