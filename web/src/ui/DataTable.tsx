import ArrowDown from "lucide-solid/icons/arrow-down";
import ArrowUp from "lucide-solid/icons/arrow-up";
import { createMemo, createSignal, For, type JSX, Show } from "solid-js";
import { listKeys } from "./list-keys.ts";
import { opensOn } from "./row-click.ts";

export interface Column<T> {
  id: string;
  title: string;
  cell: (row: T) => JSX.Element;
  /** Makes the column sortable. */
  sortBy?: (row: T) => string | number;
  align?: "start" | "end";
  /** `tight`: as narrow as its content. `clip`: takes what is left and cuts with an ellipsis. */
  width?: "tight" | "clip";
  /** Dropped first when space is short: `wide` under 720 px, `middle` under 480 px. */
  only?: "wide" | "middle";
  /** Read aloud but not shown: for a column of buttons, which makes the table a grid for the keyboard. */
  titleHidden?: boolean;
}

export interface TableSelection<T> {
  /** The checkbox of a row; `order`: keys of all rows as they are shown. */
  box: (row: T, order: () => readonly string[]) => JSX.Element;
  /** The checkbox of all rows. */
  all: (keys: readonly string[]) => JSX.Element;
}

export interface TableSort {
  column: string;
  descending: boolean;
}

export interface DataTableProps<T> {
  label: string;
  columns: Column<T>[];
  rows: readonly T[];
  /** Stable identity of a row: rows keep their DOM while the list changes. */
  key: (row: T) => string;
  initialSort?: { column: string; descending?: boolean };
  /** The order, for an owner that keeps it; otherwise the table does. */
  sort?: TableSort;
  onSort?: (sort: TableSort) => void;
  selected?: string | null;
  /** The checkboxes of the rows, in a column before the others. */
  selection?: TableSelection<T>;
  /** Opens the row on click, Enter or Space, and makes the table a grid for the keyboard. */
  onOpen?: (row: T) => void;
  /** In place of the body when there are no rows. */
  empty?: JSX.Element;
}

const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });

function compare(a: string | number, b: string | number): number {
  return typeof a === "number" && typeof b === "number" ? a - b : collator.compare(String(a), String(b));
}

const cellClass = (column: Pick<Column<never>, "align" | "width" | "only">) =>
  [
    column.align === "end" && "cell-end",
    column.width === "tight" && "cell-tight",
    column.width === "clip" && "cell-clip",
    column.only && `cell-${column.only}`,
  ]
    .filter(Boolean)
    .join(" ") || undefined;

export function DataTable<T>(props: DataTableProps<T>) {
  const [ownSort, setOwnSort] = createSignal(props.initialSort);
  const sort = () => props.sort ?? ownSort();
  const sorted = createMemo(() => {
    const order = sort();
    const by = props.columns.find((column) => column.id === order?.column)?.sortBy;
    if (!by) return props.rows;
    const sign = order?.descending ? -1 : 1;
    return [...props.rows].sort((a, b) => sign * compare(by(a), by(b)));
  });
  const byKey = createMemo(() => new Map(sorted().map((row) => [props.key(row), row])));
  const keys = createMemo(() => [...byKey().keys()]);

  const toggle = (column: string) => {
    const old = sort();
    const next = { column, descending: old?.column === column ? !old.descending : false };
    setOwnSort(next);
    props.onSort?.(next);
  };
  const sortOf = (column: string) => {
    const order = sort();
    if (order?.column !== column) return "none" as const;
    return order.descending ? ("descending" as const) : ("ascending" as const);
  };

  const isGrid = () => props.onOpen !== undefined || props.columns.some(({ titleHidden }) => titleHidden);

  return (
    <div class="table-wrap">
      <table class="table" aria-label={props.label} role={isGrid() ? "grid" : undefined}>
        <thead>
          <tr>
            <Show when={props.selection}>
              {(selection) => (
                <th scope="col" class="cell-check">
                  {selection().all(keys())}
                </th>
              )}
            </Show>
            <For each={props.columns}>
              {(column) => (
                <th scope="col" class={cellClass(column)} aria-sort={column.sortBy ? sortOf(column.id) : undefined}>
                  <Show
                    when={column.sortBy}
                    fallback={<span classList={{ "visually-hidden": column.titleHidden }}>{column.title}</span>}
                  >
                    <button type="button" onClick={() => toggle(column.id)}>
                      {column.title}
                      <Show when={sortOf(column.id) === "ascending"}>
                        <ArrowUp size={11} />
                      </Show>
                      <Show when={sortOf(column.id) === "descending"}>
                        <ArrowDown size={11} />
                      </Show>
                    </button>
                  </Show>
                </th>
              )}
            </For>
          </tr>
        </thead>
        <tbody ref={(body) => isGrid() && listKeys(body)}>
          <For each={keys()}>
            {(key) => (
              <Row
                row={byKey().get(key)}
                columns={props.columns}
                order={keys}
                selection={props.selection}
                selected={props.selected === key}
                onOpen={props.onOpen}
                focusable={isGrid()}
              />
            )}
          </For>
        </tbody>
      </table>
      <Show when={props.rows.length === 0}>{props.empty}</Show>
    </div>
  );
}

interface RowProps<T> {
  row: T | undefined;
  order: () => readonly string[];
  selection: TableSelection<T> | undefined;
  columns: Column<T>[];
  selected: boolean;
  onOpen: ((row: T) => void) | undefined;
  /** The row takes the focus, although it does not open. */
  focusable: boolean;
}

const focusRow = (isFocusable: boolean) => (isFocusable ? { "data-list-row": "self", tabIndex: -1 } : {});

function Row<T>(props: RowProps<T>) {
  const open = () => {
    if (props.row !== undefined) props.onOpen?.(props.row);
  };
  return (
    <tr aria-selected={props.selected || undefined} {...(props.onOpen ? opensOn(open) : focusRow(props.focusable))}>
      <Show when={props.row !== undefined && props.selection}>
        {(selection) => <td class="cell-check">{selection().box(props.row as T, props.order)}</td>}
      </Show>
      <For each={props.columns}>
        {(column) => <td class={cellClass(column)}>{props.row === undefined ? null : column.cell(props.row)}</td>}
      </For>
    </tr>
  );
}
