import { createSignal } from "solid-js";

/** Rows selected for a bulk action, by id. Ids of removed containers may stay: only visible rows are acted on. */
export function createServiceSelection() {
  const [selected, setSelected] = createSignal<ReadonlySet<string>>(new Set());
  return {
    has: (id: string) => selected().has(id),
    /** Whether every one of these is selected, and there is at least one. */
    hasAll: (ids: readonly string[]) => ids.length > 0 && ids.every((id) => selected().has(id)),
    set(ids: readonly string[], isSelected: boolean) {
      setSelected((old) => {
        const next = new Set(old);
        for (const id of ids) {
          if (isSelected) next.add(id);
          else next.delete(id);
        }
        return next;
      });
    },
    clear: () => setSelected(new Set<string>()),
  };
}

export type ServiceSelection = ReturnType<typeof createServiceSelection>;
