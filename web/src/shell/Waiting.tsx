import { createSignal, onCleanup, Show } from "solid-js";
import { connectionMessages } from "./messages.ts";
import "./gate.css";

/** Time without a response after which the page says what it waits for, in milliseconds. */
const QUIET_MS = 1_000;

/** In place of the app until its API responds. */
export function Waiting() {
  const [isLate, setLate] = createSignal(false);
  const timer = setTimeout(() => setLate(true), QUIET_MS);
  onCleanup(() => clearTimeout(timer));
  return (
    <Show when={isLate()}>
      <main class="gate">
        <p class="muted" role="status">
          {connectionMessages.waiting}
        </p>
      </main>
    </Show>
  );
}
