/** What {@link keyNames} reads of a keyboard event. */
export interface KeyPress {
  key: string;
  code: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  shiftKey: boolean;
  isComposing: boolean;
  keyCode: number;
  getModifierState(name: "AltGraph"): boolean;
}

/** Reported for keys that an input method takes; WebKit sends it after the end of the composition. */
const COMPOSING = 229;

/** The event belongs to an input method, which shows candidates and confirms one with Enter. */
export const isComposition = (press: Pick<KeyPress, "isComposing" | "keyCode">): boolean =>
  press.isComposing || press.keyCode === COMPOSING;

const isLetter = (key: string) => key.length === 1 && key.toLowerCase() !== key.toUpperCase();

/**
 * The name of a key press as of the key table: `j`, `G`, `?`, `ArrowDown`, `Shift+ArrowDown`, `Mod+k`; undefined for what can
 * be no key of the table.
 *
 * - A character counts as typed, wherever it lies on the keyboard: `/` is Shift+7 on a German one.
 * - A letter of another script counts as the Latin letter on the same key.
 * - AltGr types a character: it is no Ctrl+Alt, although Windows reports it so, and no letter of the table.
 * - With Alt nothing is a key of the table: it belongs to the browser and to macOS, which types characters with it.
 */
export function keyName(press: KeyPress): string | undefined {
  const { code, shiftKey } = press;
  if (isComposition(press) || press.key === "Dead" || press.key === "Unidentified") return undefined;
  let { key } = press;
  if (isLetter(key) && !/^[a-z]$/i.test(key)) {
    const latin = /^Key([A-Z])$/.exec(code)?.[1]?.toLowerCase();
    if (latin === undefined) return undefined;
    key = shiftKey ? latin.toUpperCase() : latin;
  }
  if (press.getModifierState("AltGraph")) return key.length === 1 && !isLetter(key) ? key : undefined;
  if (press.altKey) return undefined;
  const isMod = press.ctrlKey || press.metaKey;
  if (key.length === 1 && key !== " ") {
    if (!isMod) return key;
    return shiftKey ? `Mod+Shift+${key.toLowerCase()}` : `Mod+${key.toLowerCase()}`;
  }
  return `${isMod ? "Mod+" : ""}${shiftKey ? "Shift+" : ""}${key}`;
}

/** One character without Ctrl or Cmd: a person who speaks or shakes types these by accident, so they can be switched off. */
export const isSingleCharacter = (name: string): boolean => name.length === 1 && name !== " ";
