import { type Accessor, createRoot, createSignal, onCleanup } from "solid-js";
import { serverNow } from "./server-time.ts";

const TICK_MS = 1_000;

const [now, setNow] = createRoot(() => createSignal(serverNow()));
let readers = 0;
let timer: ReturnType<typeof setInterval> | undefined;

/** The time of the server in milliseconds, updated once a second while it is used and the page is visible. */
export function useNow(): Accessor<number> {
  if (readers++ === 0) {
    setNow(serverNow());
    timer = setInterval(() => {
      if (!document.hidden) setNow(serverNow());
    }, TICK_MS);
  }
  onCleanup(() => {
    if (--readers === 0) clearInterval(timer);
  });
  return now;
}
