import { createSignal, type Signal } from "solid-js";

/** A switch that is remembered by the browser, where it may be. */
export function createPreference(name: string, initial: boolean): Signal<boolean> {
  const [choice, setChoice] = createChoice(name, ["true", "false"], String(initial));
  return [() => choice() === "true", ((next: boolean) => setChoice(String(next)) === "true") as Signal<boolean>[1]];
}

/** One of a few, remembered by the browser, where it may be. */
export function createChoice<T extends string>(name: string, choices: readonly T[], initial: T): Signal<T> {
  const key = `preference:${name}`;
  const [value, setValue] = createSignal<T>(read(key, choices) ?? initial);
  return [
    value,
    ((next: T) => {
      try {
        localStorage.setItem(key, next);
      } catch {
        // Storage may be forbidden: the choice then lasts as long as the page.
      }
      return setValue(() => next);
    }) as Signal<T>[1],
  ];
}

function read<T extends string>(key: string, choices: readonly T[]): T | undefined {
  try {
    return choices.find((choice) => choice === localStorage.getItem(key));
  } catch {
    return undefined;
  }
}
