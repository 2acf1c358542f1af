import { Tabs as Kobalte } from "@kobalte/core/tabs";
import { For, type JSX, Show } from "solid-js";

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
  return (
    <Kobalte class="tabs" value={props.value} defaultValue={props.tabs[0]?.id} onChange={(id) => props.onChange?.(id)}>
      <Kobalte.List class="tabs-list" aria-label={props.label}>
        <For each={props.tabs}>
          {(tab) => (
            <Kobalte.Trigger class="tab" value={tab.id}>
              {tab.label}
              <Show when={tab.count !== undefined}>
                <span class="count">{tab.count}</span>
              </Show>
            </Kobalte.Trigger>
          )}
        </For>
      </Kobalte.List>
      <For each={props.tabs}>
        {(tab) => (
          <Kobalte.Content class="tab-panel" value={tab.id}>
            {tab.content()}
          </Kobalte.Content>
        )}
      </For>
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
