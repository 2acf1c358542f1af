import { createSignal, type Signal } from "solid-js";

/** A switch that is remembered by the browser, where it may be. */
export function createPreference(name: string, initial: boolean): Signal<boolean> {
  const key = `preference:${name}`;
  const [value, setValue] = createSignal(read(key) ?? initial);
  return [
    value,
    ((next: boolean) => {
      try {
        localStorage.setItem(key, String(next));
      } catch {
        // Storage may be forbidden: the choice then lasts as long as the page.
      }
      return setValue(next);
    }) as Signal<boolean>[1],
  ];
}

function read(key: string): boolean | undefined {
  try {
    const held = localStorage.getItem(key);
    return held === null ? undefined : held === "true";
  } catch {
    return undefined;
  }
}
