import { expect, test } from "vitest";
import { navigation } from "../../shell/navigation.tsx";
import { ariaKey, type KeyBinding, keyTable, keyText, pageKeys } from "./key-table.ts";

const bindings: readonly KeyBinding[] = Object.values(keyTable);

test("no two bindings of a context share a key", () => {
  for (const context of ["everywhere", "list", "log"] as const) {
    const keys = bindings.filter((binding) => binding.context === context).flatMap((binding) => binding.keys);
    expect(keys).toEqual([...new Set(keys)]);
  }
});

test("no binding is a combination that browsers keep for themselves", () => {
  const keys = bindings.flatMap((binding) => binding.keys);
  for (const taken of ["Mod+t", "Mod+n", "Mod+w", "Mod+l", "Mod+r", "Tab", "F5"]) expect(keys).not.toContain(taken);
});

test("every page of the navigation has a letter of its own", () => {
  const letters = navigation.flatMap(({ items }) => items.map(({ href }) => pageKeys[href]));
  expect(letters.every((letter) => /^[a-z]$/.test(letter ?? ""))).toBe(true);
  const all = Object.values(pageKeys);
  expect(all).toEqual([...new Set(all)]);
});

test("writes keys as people and as assistive technology read them", () => {
  expect(keyText("Mod+k", false)).toBe("Ctrl K");
  expect(keyText("Mod+k", true)).toBe("⌘K");
  expect(keyText("Shift+ArrowDown", false)).toBe("Shift ↓");
  expect(keyText("N", false)).toBe("N");
  expect(keyText(" ", false)).toBe("Space");
  expect(ariaKey("palette", false)).toBe("Control+k");
  expect(ariaKey("logPrevious", false)).toBe("Shift+N");
});
