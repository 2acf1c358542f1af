import { Tabs as Kobalte } from "@kobalte/core/tabs";
import { createMemo, createSignal, createUniqueId, For, type JSX, Show, untrack } from "solid-js";

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

export function Tabs(props: TabsProps) {
  const id = createUniqueId();
  const [chosen, setChosen] = createSignal(props.tabs[0]?.id);
  const value = () => props.value ?? chosen();
  const current = createMemo(() => props.tabs.find((tab) => tab.id === value())?.id);
  const choose = (next: string) => {
    setChosen(next);
    props.onChange?.(next);
  };
  return (
    <Kobalte class="tabs" value={value()} onChange={choose}>
      <Kobalte.List class="tabs-list" aria-label={props.label}>
        <For each={props.tabs}>
          {(tab) => (
            <Kobalte.Trigger
              class="tab"
              value={tab.id}
              id={`${id}-${tab.id}`}
              aria-controls={current() === tab.id ? `${id}-panel` : undefined}
            >
              {tab.label}
              <Show when={tab.count !== undefined}>
                <span class="count">{tab.count}</span>
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
            {untrack(() => props.tabs.find((tab) => tab.id === shown)?.content())}
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
        <For each={props.options}>
          {(option) => (
            <button
              type="button"
              aria-pressed={props.value === option.value}
              onClick={() => props.onChange(option.value)}
            >
              {option.label}
            </button>
          )}
        </For>
      </div>
    </fieldset>
  );
}
