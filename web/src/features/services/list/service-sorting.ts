import { createChoice, createPreference } from "../../../lib/preference.ts";
import { type Sorting, serviceOrders } from "./service-list.ts";

/** How the list is sorted; remembered by the browser. */
export function createServiceSorting() {
  const [order, setOrder] = createChoice("services:order", serviceOrders, "name");
  const [descending, setDescending] = createPreference("services:descending", false);
  return {
    sorting: (): Sorting => ({ order: order(), descending: descending() }),
    sort(next: Sorting) {
      setOrder(next.order);
      setDescending(next.descending);
    },
  };
}
