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
  /** The state in words; without it the dot is hidden from screen readers, so words must stand beside it. */
  label?: string;
  /** Something is going on: starting, reconnecting. */
  pulse?: boolean;
}

export function StatusDot(props: StatusDotProps) {
  return (
    <Show when={props.label} fallback={<Pip {...props} />}>
      <span class="pip-label" role="img" aria-label={props.label} title={props.label}>
        <Pip {...props} />
      </span>
    </Show>
  );
}

function Pip(props: StatusDotProps) {
  return (
    <span
      class={`pip tone-${props.tone}`}
      classList={{ "pip-pulse": props.pulse, "pip-hollow": props.tone === "neutral" }}
      aria-hidden="true"
    />
  );
}

/** A dot and its words. */
export function Status(props: { tone: Tone; pulse?: boolean; children: JSX.Element }) {
  return (
    <span class="status">
      <StatusDot tone={props.tone} pulse={props.pulse} />
      <span class="truncate">{props.children}</span>
    </span>
  );
}
