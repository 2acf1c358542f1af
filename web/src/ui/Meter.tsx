import type { Tone } from "./Badge.tsx";

/** Percent 0-100 to a tone: calm until it fills up. */
export const loadTone = (percent: number): Tone => (percent >= 92 ? "bad" : percent >= 80 ? "warn" : "accent");

/** A bar of how full something is. `value` is percent 0-100. */
export function Meter(props: { label: string; value: number; tone?: Tone }) {
  const value = () => Math.min(100, Math.max(0, props.value || 0));
  return (
    // biome-ignore lint/a11y/useSemanticElements: the native meter cannot be styled in every browser.
    <div
      class={`meter tone-${props.tone ?? loadTone(value())}`}
      role="meter"
      aria-label={props.label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(value())}
    >
      <div class="meter-fill" style={{ width: `${value()}%` }} />
    </div>
  );
}
