import { createRoot } from "solid-js";
import { afterEach, expect, test, vi } from "vitest";
import { bindKeys, bindPageKeys } from "./key-layers.ts";

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

function bind() {
  let listener: ((event: object) => void) | undefined;
  vi.stubGlobal("document", {
    addEventListener: (_type: string, added: (event: object) => void) => {
      listener = added;
    },
    removeEventListener: () => {},
    querySelector: () => null,
  });
  vi.stubGlobal("Element", class {});
  const opened: string[] = [];
  const dispose = createRoot((end) => {
    bindKeys({ keys: () => {} });
    bindPageKeys((letter) => {
      opened.push(letter);
      return true;
    });
    return end;
  });
  const press = (key: string, timeStamp: number) =>
    listener?.({
      key,
      timeStamp,
      code: "",
      getModifierState: () => false,
      composedPath: () => [],
      preventDefault: () => {},
    });
  return { press, opened, dispose };
}

test.each([
  ["soon after g opens its page", 1_000, ["v"]],
  ["long after g opens none", 1_500, []],
])("a letter pressed %s, however late a busy page handles it", (_when, later, expected) => {
  vi.useFakeTimers({ toFake: ["performance"] });
  const { press, opened, dispose } = bind();
  const pressedAt = performance.now();
  vi.advanceTimersByTime(3_000);
  press("g", pressedAt);
  vi.advanceTimersByTime(3_000);
  press("v", pressedAt + later);
  dispose();
  expect(opened).toEqual(expected);
});

test("keys pressed long after one another and handled at once, after a pause of the page, open nothing", () => {
  const { press, opened, dispose } = bind();
  const now = performance.now();
  press("g", now);
  press("v", now + 4_000);
  dispose();
  expect(opened).toEqual([]);
});
