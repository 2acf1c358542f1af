import { Tabs as Kobalte } from "@kobalte/core/tabs";
import { createMemo, createSignal, createUniqueId, For, Index, type JSX, Show, untrack } from "solid-js";

export interface Tab {
  id: string;
  label: string;
  count?: number;
  /** Made when the tab is first shown, and ended when it is left. */
  content: () => JSX.Element;
}

export interface TabsProps {
  label: string;
  tabs: readonly Tab[];
  value?: string;
  onChange?: (id: string) => void;
}

/** The tabs stay while their counts change: one that is replaced under the pointer loses the click, and the focus. */
export function Tabs(props: TabsProps) {
  const id = createUniqueId();
  const ids = createMemo(() => props.tabs.map((tab) => tab.id));
  const tabOf = (key: string | undefined) => props.tabs.find((tab) => tab.id === key);
  const [chosen, setChosen] = createSignal(props.tabs[0]?.id);
  const value = () => props.value ?? chosen();
  const current = createMemo(() => tabOf(value())?.id);
  const choose = (next: string) => {
    setChosen(next);
    props.onChange?.(next);
  };
  return (
    <Kobalte class="tabs" value={value()} onChange={choose}>
      <Kobalte.List class="tabs-list" aria-label={props.label}>
        <For each={ids()}>
          {(key) => (
            <Kobalte.Trigger
              class="tab"
              value={key}
              id={`${id}-${key}`}
              aria-controls={current() === key ? `${id}-panel` : undefined}
            >
              {tabOf(key)?.label}
              <Show when={tabOf(key)?.count !== undefined}>
                <span class="count">{tabOf(key)?.count}</span>
              </Show>
            </Kobalte.Trigger>
          )}
        </For>
      </Kobalte.List>
      {/* The library's own panel measures every element in it on every change of its content: a busy log then holds the page. */}
      <Show when={current()} keyed>
        {(shown) => (
          // biome-ignore lint/a11y/noNoninteractiveTabindex: a panel is a stop of its own, also when nothing in it is.
          <div class="tab-panel" role="tabpanel" id={`${id}-panel`} aria-labelledby={`${id}-${shown}`} tabIndex={0}>
            {untrack(() => tabOf(shown)?.content())}
          </div>
        )}
      </Show>
    </Kobalte>
  );
}

/** A choice of a few, side by side: filters, ranges, views. */
export function Segmented<T extends string>(props: {
  label: string;
  options: readonly { value: T; label: string }[];
  value: T;
  onChange: (value: T) => void;
}) {
  return (
    <fieldset class="segmented-set">
      <legend class="visually-hidden">{props.label}</legend>
      <div class="segmented">
        <Index each={props.options}>
          {(option) => (
            <button
              type="button"
              aria-pressed={props.value === option().value}
              onClick={() => props.onChange(option().value)}
            >
              {option().label}
            </button>
          )}
        </Index>
      </div>
    </fieldset>
  );
}
