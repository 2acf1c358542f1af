import { type JSX, Show } from "solid-js";

export type Tone = "ok" | "warn" | "bad" | "info" | "accent" | "neutral";

export function Badge(props: { tone?: Tone; children: JSX.Element; title?: string }) {
  return (
    <span class={`badge tone-${props.tone ?? "neutral"}`} title={props.title}>
      {props.children}
    </span>
  );
}

export interface StatusDotProps {
  tone: Tone;
  /** The state as text; without it the dot is hidden from screen readers, and needs a text beside it. */
  label?: string;
  /** The state is about to change: starting, reconnecting. */
  pulse?: boolean;
}

export function StatusDot(props: StatusDotProps) {
  return (
    <Show when={props.label} fallback={<Dot {...props} />}>
      <span class="status-dot-label" role="img" aria-label={props.label} title={props.label}>
        <Dot {...props} />
      </span>
    </Show>
  );
}

function Dot(props: StatusDotProps) {
  return (
    <span
      class={`status-dot tone-${props.tone}`}
      classList={{ "status-dot-pulse": props.pulse, "status-dot-hollow": props.tone === "neutral" }}
      aria-hidden="true"
    />
  );
}

/** A dot and the text of its state. */
export function Status(props: { tone: Tone; pulse?: boolean; children: JSX.Element }) {
  return (
    <span class="status">
      <StatusDot tone={props.tone} pulse={props.pulse} />
      <span class="truncate">{props.children}</span>
    </span>
  );
}
