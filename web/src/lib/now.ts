import { type Accessor, createRoot, createSignal, onCleanup } from "solid-js";

const TICK_MS = 1_000;

const [now, setNow] = createRoot(() => createSignal(Date.now()));
let readers = 0;
let timer: ReturnType<typeof setInterval> | undefined;

/** The time in milliseconds, updated once a second while it is used and the page is visible. */
export function useNow(): Accessor<number> {
  if (readers++ === 0) {
    setNow(Date.now());
    timer = setInterval(() => {
      if (!document.hidden) setNow(Date.now());
    }, TICK_MS);
  }
  onCleanup(() => {
    if (--readers === 0) clearInterval(timer);
  });
  return now;
}
