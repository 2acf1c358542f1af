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

/** What comes before a person chooses a tab. */
const GESTURES = ["pointerdown", "pointerup", "click", "keydown", "focusin"] as const;

/**
 * The tabs stay while their counts change: one that is replaced under the pointer loses the click, and the focus. A chosen tab
 * that is away for a while, such as the details of a container that is recreated, is shown again once it is back.
 */
export function Tabs(props: TabsProps) {
  const id = createUniqueId();
  const ids = createMemo(() => props.tabs.map((tab) => tab.id));
  const tabOf = (key: string | undefined) => props.tabs.find((tab) => tab.id === key);
  const [chosen, setChosen] = createSignal(props.tabs[0]?.id);
  const current = createMemo(() => (tabOf(props.value ?? chosen()) ?? props.tabs[0])?.id);
  // The library also chooses the first tab by itself, when it does not know the chosen one yet or any more.
  let isActing = false;
  const watchGestures = (list: HTMLElement) => {
    const note = () => {
      isActing = true;
      setTimeout(() => {
        isActing = false;
      });
    };
    for (const gesture of GESTURES) list.addEventListener(gesture, note, true);
  };
  const choose = (next: string) => {
    if (!isActing) return;
    setChosen(next);
    props.onChange?.(next);
  };
  return (
    <Kobalte class="tabs" value={current()} onChange={choose}>
      <Kobalte.List ref={watchGestures} class="tabs-list" aria-label={props.label}>
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
