import { type Accessor, createEffect, createSignal, on, onCleanup } from "solid-js";

/** Delay between the last key and the search, in milliseconds. */
const SEARCH_DELAY_MS = 250;

/** The value once it has been the same for a moment: what is typed is not searched with each key. */
export function createDelayed<T>(value: Accessor<T>): Accessor<T> {
  const [delayed, setDelayed] = createSignal(value());
  createEffect(
    on(
      value,
      (next) => {
        const timer = setTimeout(() => setDelayed(() => next), SEARCH_DELAY_MS);
        onCleanup(() => clearTimeout(timer));
      },
      { defer: true },
    ),
  );
  return delayed;
}
