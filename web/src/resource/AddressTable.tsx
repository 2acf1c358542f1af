import { splitProps } from "solid-js";
import { DataTable, type DataTableProps } from "../ui/index.ts";
import { createAddressSort } from "./address-value.ts";

export interface AddressTableProps<T> extends Omit<DataTableProps<T>, "sort" | "onSort"> {
  /** All columns that the list can be sorted by, when `columns` are fewer for lack of room. */
  sortColumns?: DataTableProps<T>["columns"];
}

/** The main table of a page: its order is in the address. */
export function AddressTable<T>(props: AddressTableProps<T>) {
  const [, rest] = splitProps(props, ["sortColumns", "initialSort"]);
  const [sort, setSort] = createAddressSort(
    () => (props.sortColumns ?? props.columns).filter(({ sortBy }) => sortBy).map(({ id }) => id),
    () => ({ column: "", descending: false, ...props.initialSort }),
  );
  return <DataTable {...rest} sort={sort()} onSort={setSort} />;
}
