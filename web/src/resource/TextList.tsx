import { For, type JSX, Show } from "solid-js";
import { visibleName } from "../lib/terminal-text.ts";

export interface TextListProps<T> {
  items: readonly T[];
  /** Shown if there are no items. */
  none: string;
  /** Renders one item; as text with control characters made visible, if omitted. */
  children?: (item: T) => JSX.Element;
}

/** A list of names or values from outside the panel. */
export function TextList<T>(props: TextListProps<T>) {
  return (
    <Show when={props.items.length > 0} fallback={<p class="faint">{props.none}</p>}>
      <ul class="detail-list">
        <For each={props.items}>
          {(item) => <li>{props.children ? props.children(item) : <code>{visibleName(String(item))}</code>}</li>}
        </For>
      </ul>
    </Show>
  );
}

/** Names with their values, such as labels. */
export function PairList(props: { pairs: Record<string, string>; none: string }) {
  return (
    <TextList items={Object.entries(props.pairs)} none={props.none}>
      {([name, value]) => (
        <>
          <code class="faint">{visibleName(name)}</code> <code>{visibleName(value)}</code>
        </>
      )}
    </TextList>
  );
}
