import { createChoice, createPreference } from "../../../lib/preference.ts";
import { createAddressSort } from "../../../resource/address-value.ts";
import { type ServiceOrder, type Sorting, serviceOrders } from "./service-list.ts";

/** How the list is sorted: as the address says, else as this browser last did. */
export function createServiceSorting() {
  const [order, setOrder] = createChoice("services:order", serviceOrders, "name");
  const [descending, setDescending] = createPreference("services:descending", false);
  const [sort, setSort] = createAddressSort(
    () => serviceOrders,
    () => ({ column: order(), descending: descending() }),
  );
  return {
    sorting: (): Sorting => ({ order: sort().column as ServiceOrder, descending: sort().descending }),
    sort(next: Sorting) {
      // The address first: what is remembered decides what it leaves out.
      setSort({ column: next.order, descending: next.descending });
      setOrder(next.order);
      setDescending(next.descending);
    },
  };
}
