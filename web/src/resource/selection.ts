import { createSignal } from "solid-js";

/** Rows selected for a bulk action, by id. Ids of removed items may stay: only visible rows are acted on. */
export function createSelection() {
  const [selected, setSelected] = createSignal<ReadonlySet<string>>(new Set());
  /** The row that was selected or deselected last: where a range begins. */
  let anchor: string | undefined;
  function set(ids: readonly string[], isSelected: boolean) {
    setSelected((old) => {
      const next = new Set(old);
      for (const id of ids) {
        if (isSelected) next.add(id);
        else next.delete(id);
      }
      return next;
    });
  }
  return {
    has: (id: string) => selected().has(id),
    count: () => selected().size,
    /** Whether every one of these is selected, and there is at least one. */
    hasAll: (ids: readonly string[]) => ids.length > 0 && ids.every((id) => selected().has(id)),
    set,
    /**
     * Selects or deselects a row.
     * @param order Ids of all rows as they are shown; given, the rows since the last one change with it (Shift).
     */
    choose(id: string, isSelected: boolean, order?: readonly string[]) {
      const [from, to] = [order?.indexOf(anchor ?? id) ?? -1, order?.indexOf(id) ?? -1];
      const range = order && from !== -1 && to !== -1 ? order.slice(Math.min(from, to), Math.max(from, to) + 1) : [id];
      anchor = id;
      set(range, isSelected);
    },
    clear() {
      anchor = undefined;
      setSelected(new Set<string>());
    },
  };
}

export type Selection = ReturnType<typeof createSelection>;
