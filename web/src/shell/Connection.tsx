import { createEffect, createSignal, on, onCleanup, Show } from "solid-js";
import { type Live, useLive } from "../lib/live-context.ts";
import { StatusDot, type Tone } from "../ui/Badge.tsx";
import { Button } from "../ui/Button.tsx";
import { connectionMessages } from "./messages.ts";

const tones: Record<ReturnType<Live["connectionState"]>, Tone> = {
  idle: "neutral",
  connecting: "info",
  live: "ok",
  silent: "warn",
  reconnecting: "warn",
};

/** State of the live connection, for the navigation. */
export function ConnectionMark() {
  const { connectionState, connectionTransport } = useLive();
  const polls = () => connectionState() === "live" && connectionTransport() === "polling";
  return (
    <span class="status connection-mark" title={polls() ? connectionMessages.pollingHint : undefined}>
      <StatusDot tone={tones[connectionState()]} pulse={connectionState() !== "live"} />
      {polls() ? connectionMessages.polling : connectionMessages[connectionState()]}
    </span>
  );
}

/** Shorter interruptions show no notice. */
const NOTICE_DELAY_MS = 1_500;

/** Says that data may be out of date: while the server does not answer, and once a reconnect takes a while. */
export function ConnectionNotice() {
  const { connectionState, reconnectNow } = useLive();
  const [late, setLate] = createSignal(false);
  createEffect(
    on(connectionState, (state) => {
      setLate(false);
      if (state === "silent") return void setLate(true);
      if (state !== "reconnecting") return;
      const timer = setTimeout(() => setLate(true), NOTICE_DELAY_MS);
      onCleanup(() => clearTimeout(timer));
    }),
  );
  return (
    <div role="status">
      <Show when={late()}>
        <div class="callout callout-strip tone-warn">
          <StatusDot tone="warn" pulse />
          <span class="grow">
            {connectionState() === "silent" ? connectionMessages.silentHint : connectionMessages.lost}
          </span>
          <Button size="sm" variant="ghost" onClick={reconnectNow}>
            {connectionMessages.tryNow}
          </Button>
        </div>
      </Show>
    </div>
  );
}
