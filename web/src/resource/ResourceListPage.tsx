import SearchX from "lucide-solid/icons/search-x";
import { type Accessor, type Component, createMemo, type JSX, Match, Show, Switch } from "solid-js";
import { createTitle, joinTitle } from "../lib/page-title.ts";
import { visibleName } from "../lib/terminal-text.ts";
import {
  Button,
  type Column,
  type DataTableProps,
  EmptyState,
  ErrorState,
  Page,
  SearchField,
  Skeleton,
  type TableSelection,
} from "../ui/index.ts";
import { DetailHead, MasterDetail } from "../ui/MasterDetail.tsx";
import { uiMessages } from "../ui/messages.ts";
import { AddressTable } from "./AddressTable.tsx";
import { createAddressText } from "./address-value.ts";
import { filterItems } from "./filter-items.ts";
import { type ResourceListMessages, resourceMessages } from "./messages.ts";
import { NearNames } from "./NearNames.tsx";
import type { ViewedQuery } from "./QueryView.tsx";
import "./resource.css";
import { SelectBox } from "./SelectBox.tsx";
import type { Selection } from "./selection.ts";

/** Rows as a table. */
export interface ResourceTable<T> extends Pick<DataTableProps<T>, "initialSort"> {
  columns: Column<T>[];
  selection?: Selection;
  /** Columns beside an open detail; the first one if omitted. */
  narrowColumns?: Column<T>[];
}

export interface ResourceListPageProps<T> {
  messages: ResourceListMessages;
  query: ViewedQuery<unknown>;
  items: readonly T[];
  /** Stable identity of an item. */
  itemKey: (item: T) => string;
  /** Texts that the filter searches, ignoring case; without it there is no filter. */
  searchTexts?: (item: T) => readonly string[];
  /** Beside the title; the number of items if omitted. */
  note?: JSX.Element;
  /** Buttons after the filter. */
  actions?: JSX.Element;
  /** Callouts above the list. */
  notices?: JSX.Element;
  /** In place of a list without items; the `empty` texts of `messages` if omitted. */
  empty?: JSX.Element;
  table?: ResourceTable<T>;
  /** What can be done with the selected ones of these rows: a `SelectionBar`. */
  selectionBar?: (shown: Accessor<readonly T[]>) => JSX.Element;
  /** In place of a table: renders the items that match the filter. */
  list?: (items: Accessor<readonly T[]>) => JSX.Element;
  /** Name or id of the open item; null if none is open. */
  selected: string | null;
  /** Opens an item by its name or id, or closes the detail. */
  onSelect: (address: string | null) => void;
  /** What `onSelect` gets for an item; its key if omitted. */
  addressOf?: (item: T) => string;
  /** Name of an item in the browser's title; its address if omitted. */
  titleOf?: (item: T) => string;
  /** Renders the open item. */
  detail?: (item: Accessor<T>) => JSX.Element;
  /** In place of `detail` and of the "gone" state: for a pane that stays after its item has gone. */
  detailPane?: () => JSX.Element;
  /** Title of the "gone" state; the address if omitted. */
  missingTitle?: string;
  icon: Component<{ size?: number }>;
  /** Dialogs of the page. */
  children?: JSX.Element;
}

/** The list of one kind of resource, with filter and every state of its query, and the resource that is open. */
export function ResourceListPage<T>(props: ResourceListPageProps<T>) {
  const [filter, setFilter] = createAddressText("filter");
  const addressOf = (item: T) => props.addressOf?.(item) ?? props.itemKey(item);
  const shown = createMemo(() => filterItems(props.items, filter(), props.searchTexts));
  const selected = createMemo(() =>
    props.items.find(
      (item) => props.selected !== null && [addressOf(item), props.itemKey(item)].includes(props.selected),
    ),
  );
  createTitle(() => {
    if (props.selected === null) return undefined;
    const item = selected();
    const name = item === undefined ? (props.missingTitle ?? props.selected) : (props.titleOf ?? addressOf)(item);
    return joinTitle(visibleName(name), props.messages.title);
  });
  const selectedKey = () => {
    const item = selected();
    return item === undefined ? null : props.itemKey(item);
  };
  const columns = (table: ResourceTable<T>) =>
    props.selected === null ? table.columns : (table.narrowColumns ?? table.columns.slice(0, 1));

  const nameOf = (item: T) => visibleName(props.searchTexts?.(item)[0] ?? addressOf(item));
  const selectionOf = (selection: Selection): TableSelection<T> => ({
    box: (item, order) => (
      <SelectBox
        label={resourceMessages.select(nameOf(item))}
        checked={selection.has(props.itemKey(item))}
        onChoose={(isSelected, extend) =>
          selection.choose(props.itemKey(item), isSelected, extend ? order() : undefined)
        }
      />
    ),
    all: (keys) => (
      <SelectBox
        label={resourceMessages.selectAll}
        checked={selection.hasAll(keys)}
        onChoose={(isSelected) => selection.set(keys, isSelected)}
      />
    ),
  });

  return (
    <MasterDetail
      open={props.selected !== null}
      master={
        <Page
          fixed
          title={props.messages.title}
          note={props.note ?? (props.query.data === undefined ? "" : `${props.items.length}`)}
          actions={
            <>
              <Show when={props.searchTexts}>
                <SearchField label={props.messages.filter} value={filter()} onInput={setFilter} />
              </Show>
              {props.actions}
            </>
          }
        >
          {props.notices}
          <Switch fallback={<Skeleton lines={9} />}>
            <Match when={props.query.error && props.query.data === undefined}>
              <ErrorState
                title={uiMessages.failedOne(props.messages.title)}
                error={props.query.error}
                onRetry={() => void props.query.refetch()}
              />
            </Match>
            <Match when={props.query.data !== undefined && props.items.length === 0}>
              <Show when={!props.empty} fallback={props.empty}>
                <EmptyState icon={<props.icon size={18} />} title={props.messages.empty ?? ""}>
                  {props.messages.emptyHint}
                </EmptyState>
              </Show>
            </Match>
            <Match when={props.query.data !== undefined && shown().length === 0}>
              <EmptyState
                icon={<SearchX size={18} />}
                title={resourceMessages.nothingMatches}
                action={<Button onClick={() => setFilter("")}>{resourceMessages.clearFilter}</Button>}
              >
                {props.messages.nothingMatches(visibleName(filter()))}
              </EmptyState>
            </Match>
            <Match when={props.query.data !== undefined}>
              {props.list?.(shown)}
              <Show when={props.table}>
                {(table) => (
                  <AddressTable
                    label={props.messages.title}
                    columns={columns(table())}
                    rows={shown()}
                    key={props.itemKey}
                    selection={table().selection && selectionOf(table().selection as Selection)}
                    sortColumns={table().columns}
                    initialSort={table().initialSort}
                    selected={selectedKey()}
                    onOpen={(item) => props.onSelect(addressOf(item))}
                  />
                )}
              </Show>
            </Match>
          </Switch>
          {props.selectionBar?.(shown)}
          {props.children}
        </Page>
      }
      detail={
        <Show when={!props.detailPane} fallback={props.detailPane?.()}>
          <Show when={selected()} fallback={<Missing {...props} addresses={props.items.map(addressOf)} />}>
            {(item) => props.detail?.(item as Accessor<T>)}
          </Show>
        </Show>
      }
    />
  );
}

/** In place of the detail: the list is still loading, or no longer has the open item. */
function Missing<T>(props: ResourceListPageProps<T> & { addresses: readonly string[] }) {
  const close = () => props.onSelect(null);
  return (
    <Show when={props.query.data !== undefined} fallback={<Skeleton lines={6} />}>
      <DetailHead title={props.missingTitle ?? visibleName(props.selected ?? "")} onClose={close} />
      <EmptyState
        icon={<props.icon size={18} />}
        title={props.messages.gone}
        action={<Button onClick={close}>{props.messages.showAll}</Button>}
      >
        {props.messages.goneHint}
        <NearNames wanted={props.selected ?? ""} names={props.addresses} onOpen={props.onSelect} />
      </EmptyState>
    </Show>
  );
}
