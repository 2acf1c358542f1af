import { expect, test } from "vitest";
import { isComposition, isSingleCharacter, type KeyPress, keyName } from "./key-match.ts";

const press = (key: string, more: Partial<KeyPress> & { altGraph?: boolean } = {}): KeyPress => ({
  key,
  code: "",
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  isComposing: false,
  keyCode: 0,
  getModifierState: () => more.altGraph === true,
  ...more,
});

test.each([
  ["a letter", press("j", { code: "KeyJ" }), "j"],
  ["a capital letter", press("G", { shiftKey: true }), "G"],
  ["a letter typed with caps lock", press("N"), "N"],
  ["a character that needs Shift on this layout", press("/", { code: "Digit7", shiftKey: true }), "/"],
  ["Ctrl with a letter", press("k", { ctrlKey: true }), "Mod+k"],
  ["Cmd with a letter", press("k", { metaKey: true }), "Mod+k"],
  ["Ctrl and caps lock", press("K", { ctrlKey: true }), "Mod+k"],
  ["Ctrl and Shift with a letter, which browsers own", press("K", { ctrlKey: true, shiftKey: true }), "Mod+Shift+k"],
  ["a Cyrillic letter, by its place", press("о", { code: "KeyJ" }), "j"],
  ["a Cyrillic letter with Ctrl", press("л", { code: "KeyK", ctrlKey: true }), "Mod+k"],
  ["a Greek capital letter", press("Γ", { code: "KeyG", shiftKey: true }), "G"],
  ["a letter of a Dvorak keyboard, as typed", press("j", { code: "KeyC" }), "j"],
  ["an arrow", press("ArrowDown"), "ArrowDown"],
  ["an arrow with Shift", press("ArrowDown", { shiftKey: true }), "Shift+ArrowDown"],
  ["the space bar", press(" "), " "],
])("names %s", (_, event, name) => {
  expect(keyName(event)).toBe(name);
});

test.each([
  ["a letter with Alt", press("f", { altKey: true })],
  ["a character that macOS types with Option", press("˙", { code: "KeyH", altKey: true })],
  ["a letter that AltGr types", press("ł", { code: "KeyL", ctrlKey: true, altKey: true, altGraph: true })],
  ["a Latin letter with AltGr", press("w", { code: "KeyW", ctrlKey: true, altKey: true, altGraph: true })],
  ["a dead key", press("Dead", { code: "BracketLeft" })],
  ["Enter that confirms a candidate of an input method", press("Enter", { isComposing: true })],
  ["a key that an input method took after its composition", press("Enter", { keyCode: 229 })],
  ["a letter of another script without a Latin one on its key", press("ж", { code: "Semicolon" })],
])("does not name %s", (_, event) => {
  expect(keyName(event)).toBeUndefined();
});

test("a character typed with AltGr counts as typed, although Windows reports Ctrl and Alt", () => {
  expect(keyName(press("/", { ctrlKey: true, altKey: true, altGraph: true }))).toBe("/");
});

test("tells characters, which can be switched off, from other keys", () => {
  expect(["j", "G", "?", "/", "."].every(isSingleCharacter)).toBe(true);
  expect([" ", "Mod+k", "ArrowDown", "Escape", "Enter"].some(isSingleCharacter)).toBe(false);
});

test("knows the keys of an input method, in WebKit's order as well", () => {
  expect(isComposition({ isComposing: true, keyCode: 13 })).toBe(true);
  expect(isComposition({ isComposing: false, keyCode: 229 })).toBe(true);
  expect(isComposition({ isComposing: false, keyCode: 13 })).toBe(false);
});
