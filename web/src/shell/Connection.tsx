import { createEffect, createSignal, on, onCleanup, Show } from "solid-js";
import { connectionState, connectionTransport, reconnectNow } from "../lib/ws-client.ts";
import { StatusDot, type Tone } from "../ui/Badge.tsx";
import { Button } from "../ui/Button.tsx";

const words: Record<ReturnType<typeof connectionState>, { tone: Tone; text: string }> = {
  idle: { tone: "neutral", text: "Not connected" },
  connecting: { tone: "info", text: "Connecting" },
  live: { tone: "ok", text: "Live" },
  reconnecting: { tone: "warn", text: "Reconnecting" },
};

/** One line about the live connection, for the navigation. */
export function ConnectionMark() {
  const now = () => words[connectionState()];
  const polls = () => connectionState() === "live" && connectionTransport() === "polling";
  return (
    <span
      class="status connection-mark"
      title={
        polls()
          ? "WebSockets are blocked on the way to the server. Live data comes by long polling instead."
          : undefined
      }
    >
      <StatusDot tone={now().tone} pulse={connectionState() !== "live"} />
      {polls() ? "Live by polling" : now().text}
    </span>
  );
}

/** A blink of the network is not worth a banner. */
const PATIENCE_MS = 1_500;

/** Says calmly that what is shown may be old, once a reconnect takes a while. */
export function ConnectionBanner() {
  const [late, setLate] = createSignal(false);
  createEffect(
    on(connectionState, (state) => {
      setLate(false);
      if (state !== "reconnecting") return;
      const timer = setTimeout(() => setLate(true), PATIENCE_MS);
      onCleanup(() => clearTimeout(timer));
    }),
  );
  return (
    <div role="status">
      <Show when={late()}>
        <div class="banner tone-warn">
          <StatusDot tone="warn" pulse />
          <span class="grow">Reconnecting. What you see may be a little old; nothing will be missed.</span>
          <Button size="sm" variant="ghost" onClick={reconnectNow}>
            Try now
          </Button>
        </div>
      </Show>
    </div>
  );
}
