import { createSignal } from "solid-js";

/** The rows that are marked, by id. Ids of containers that are gone stay behind without harm: what is shown decides. */
export function createServiceMarks() {
  const [marked, setMarked] = createSignal<ReadonlySet<string>>(new Set());
  return {
    has: (id: string) => marked().has(id),
    /** Whether all of these are, and there is one. */
    all: (ids: readonly string[]) => ids.length > 0 && ids.every((id) => marked().has(id)),
    set(ids: readonly string[], on: boolean) {
      setMarked((old) => {
        const next = new Set(old);
        for (const id of ids) {
          if (on) next.add(id);
          else next.delete(id);
        }
        return next;
      });
    },
    clear: () => setMarked(new Set<string>()),
  };
}

export type ServiceMarks = ReturnType<typeof createServiceMarks>;
