import { createMemo, For, Show } from "solid-js";
import { visibleName } from "../../../lib/terminal-text.ts";
import { historyMessages } from "../messages.ts";
import { diffLines, nearChanges } from "./line-diff.ts";

const marks = { added: "+", removed: "−", same: " " };

/** The differences between two texts, line by line. */
export function DiffView(props: { label: string; before: string; after: string }) {
  const lines = createMemo(() => diffLines(props.before, props.after));
  const shown = createMemo(() => nearChanges(lines()));
  const count = (kind: "added" | "removed") => lines().filter((line) => line.kind === kind).length;
  return (
    <Show when={shown().some(Boolean)} fallback={<p class="faint">{historyMessages.noChanges}</p>}>
      <section
        class="diff"
        aria-label={historyMessages.counts(props.label, count("added"), count("removed"))}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard.
        tabIndex={0}
      >
        <For each={shown()}>
          {(line) => (
            <Show when={line} fallback={<div class="diff-gap">⋯</div>}>
              {(at) => (
                <div class={`diff-line diff-${at().kind}`}>
                  <span class="diff-number">{at().before ?? ""}</span>
                  <span class="diff-number">{at().after ?? ""}</span>
                  <span class="diff-mark">{marks[at().kind]}</span>
                  <span class="diff-text">{visibleName(at().text)}</span>
                </div>
              )}
            </Show>
          )}
        </For>
      </section>
    </Show>
  );
}
