import { DropdownMenu } from "@kobalte/core/dropdown-menu";
import { createMemo, For, type JSX, Match, Show, Switch } from "solid-js";
import { type ButtonVariant, buttonClass } from "./Button.tsx";
import { tipOf } from "./tip.ts";

export type MenuEntry =
  | { label: string; icon?: JSX.Element; onSelect: () => void; danger?: boolean; disabled?: boolean; hint?: string }
  | { heading: string }
  | "separator";

export interface MenuProps {
  /** Name of the trigger for screen readers; shown on hover when the trigger is only an icon. */
  label: string;
  trigger: JSX.Element;
  /** The trigger is only an icon. */
  icon?: boolean;
  variant?: ButtonVariant;
  size?: "sm" | "md";
  items: readonly MenuEntry[];
}

/** A button that opens a list of actions. An open list stays when what it lists is read again. */
export function Menu(props: MenuProps) {
  const byKey = createMemo(() => new Map(props.items.map((entry, index) => [keyOf(entry, index), entry])));
  const keys = createMemo(() => [...byKey().keys()]);
  const entryOf = (key: string) => byKey().get(key);
  return (
    <DropdownMenu modal={false} gutter={4}>
      <DropdownMenu.Trigger
        class={`${buttonClass(props.variant ?? "ghost", props.size)}${props.icon ? " button-icon" : ""}`}
        aria-label={props.label}
        {...tipOf(props.icon ? props.label : undefined)}
      >
        {props.trigger}
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content class="menu">
          <For each={keys()}>{(key) => <Show when={entryOf(key)}>{(entry) => <Entry entry={entry()} />}</Show>}</For>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu>
  );
}

/** What an entry does goes with its words: it must not change under the pointer. */
function keyOf(entry: MenuEntry, index: number): string {
  if (entry === "separator") return `separator ${index}`;
  return "heading" in entry ? `heading ${entry.heading}` : entry.label;
}

function Entry(props: { entry: MenuEntry }) {
  const heading = () => (props.entry !== "separator" && "heading" in props.entry ? props.entry : undefined);
  const action = () => (props.entry !== "separator" && "onSelect" in props.entry ? props.entry : undefined);
  return (
    <Switch>
      <Match when={props.entry === "separator"}>
        <DropdownMenu.Separator class="menu-separator" />
      </Match>
      <Match when={heading()}>{(entry) => <div class="menu-label">{entry().heading}</div>}</Match>
      <Match when={action()}>
        {(entry) => (
          <DropdownMenu.Item
            class={`menu-item${entry().danger ? " tone-bad" : ""}`}
            disabled={entry().disabled}
            onSelect={() => entry().onSelect()}
          >
            {entry().icon}
            <span class="grow">{entry().label}</span>
            <Show when={entry().hint}>
              <span class="count">{entry().hint}</span>
            </Show>
          </DropdownMenu.Item>
        )}
      </Match>
    </Switch>
  );
}
