import Plus from "lucide-solid/icons/plus";
import { type Accessor, type JSX, Show } from "solid-js";
import { QueryView, type ViewedQuery } from "../../resource/QueryView.tsx";
import { Button, Card, EmptyState } from "../../ui/index.ts";
import { listKeys } from "../../ui/list-keys.ts";

export interface SettingsCardProps<T> {
  title: string;
  query: ViewedQuery<readonly T[]>;
  /** Label of the button that adds an item. */
  add: string;
  /** Undefined for accounts that may not add one. */
  onAdd: (() => void) | undefined;
  empty: { icon: JSX.Element; title: string; note: string };
  /** Renders the items of the list. */
  children: (items: Accessor<readonly T[]>) => JSX.Element;
}

/** A list of rules or channels, with its states and the button that adds one. */
export function SettingsCard<T>(props: SettingsCardProps<T>) {
  return (
    <Card
      flush
      class="alert-card"
      title={props.title}
      actions={
        <Show when={props.onAdd}>
          {(onAdd) => (
            <Button variant="primary" size="sm" icon={<Plus size={15} />} onClick={() => onAdd()()}>
              {props.add}
            </Button>
          )}
        </Show>
      }
    >
      <QueryView query={props.query} lines={5}>
        {(items) => (
          <Show
            when={items().length > 0}
            fallback={
              <EmptyState icon={props.empty.icon} title={props.empty.title}>
                {props.empty.note}
              </EmptyState>
            }
          >
            <ul ref={(list) => listKeys(list)} class="alert-list" aria-label={props.title}>
              {props.children(items)}
            </ul>
          </Show>
        )}
      </QueryView>
    </Card>
  );
}
