import { For, type JSX, Show } from "solid-js";
import type { Tone } from "./Badge.tsx";
import { uiMessages } from "./messages.ts";

export interface EmptyStateProps {
  icon?: JSX.Element;
  title: string;
  tone?: Tone;
  children?: JSX.Element;
  action?: JSX.Element;
}

/** Says that there is nothing to show, and what to do about it. */
export function EmptyState(props: EmptyStateProps) {
  return (
    <div class="empty-state">
      <Show when={props.icon}>
        <div class={`empty-state-icon tone-${props.tone ?? "neutral"}`}>{props.icon}</div>
      </Show>
      <p class="empty-state-title">{props.title}</p>
      <Show when={props.children}>
        <p>{props.children}</p>
      </Show>
      <Show when={props.action}>
        <div class="empty-state-action">{props.action}</div>
      </Show>
    </div>
  );
}

/** Scrolls to an error that would appear below the edge of a dialog. */
const show = (element: HTMLElement) =>
  queueMicrotask(() => element.closest(".dialog-body") && element.scrollIntoView({ block: "nearest" }));

/** A short message in the flow of a page or form. */
export function Callout(props: { tone: Tone; icon?: JSX.Element; children: JSX.Element }) {
  return (
    <div
      ref={(element) => props.tone === "bad" && show(element)}
      class={`callout tone-${props.tone}`}
      role={props.tone === "bad" ? "alert" : undefined}
    >
      {props.icon}
      <div class="grow">{props.children}</div>
    </div>
  );
}

/** Grey bars in place of lines that are loading. */
export function Skeleton(props: { lines?: number; label?: string }) {
  return (
    <div class="skeleton-lines" role="status" aria-label={props.label ?? uiMessages.loading}>
      <For each={Array.from({ length: props.lines ?? 6 })}>{() => <span class="skeleton" />}</For>
    </div>
  );
}
