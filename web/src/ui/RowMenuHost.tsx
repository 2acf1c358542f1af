import { DropdownMenu } from "@kobalte/core/dropdown-menu";
import { For, onMount, Show } from "solid-js";
import { uiMessages } from "./messages.ts";
import { type OpenRowMenu, openMenu, type RowAction, setOpenMenu } from "./row-menu.ts";

/** Shows the actions of a row as a menu. One on the page serves every list. */
export function RowMenuHost() {
  return (
    <Show when={openMenu()} keyed>
      {(menu) => <RowMenu menu={menu} />}
    </Show>
  );
}

function RowMenu(props: { menu: OpenRowMenu }) {
  let anchor: HTMLButtonElement | undefined;
  let chosen: RowAction | undefined;
  const at = props.menu.row.getBoundingClientRect();
  onMount(() => anchor?.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true })));
  const returnFocus = (event: Event) => {
    event.preventDefault();
    const { row } = props.menu;
    const handle = row.dataset.listRow === "self" ? row : row.querySelector<HTMLElement>("a[href], button");
    handle?.focus();
    chosen?.run();
    setOpenMenu(undefined);
  };
  return (
    <DropdownMenu modal={false} gutter={2} placement="bottom-start">
      <DropdownMenu.Trigger
        ref={anchor}
        class="row-menu-anchor"
        tabIndex={-1}
        aria-label={uiMessages.rowActions}
        style={{ top: `${at.bottom - 1}px`, left: `${at.left + 16}px` }}
      />
      <DropdownMenu.Portal>
        <DropdownMenu.Content class="menu" onCloseAutoFocus={returnFocus}>
          <For each={props.menu.actions}>
            {(action) => (
              <DropdownMenu.Item
                class="menu-item"
                onSelect={() => {
                  chosen = action;
                }}
              >
                {action.icon}
                <span class="grow">{action.label}</span>
              </DropdownMenu.Item>
            )}
          </For>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu>
  );
}
