import { createStore } from "solid-js/store";

/** The pending action of each item: its row shows it, and ignores further clicks. */
export function createPendingActions<Action extends string>() {
  const [pending, setPending] = createStore<Record<string, Action | undefined>>({});
  return {
    /** The pending action of an item; undefined without one. */
    of: (id: string): Action | undefined => pending[id],
    /** Runs `work` unless an action of the item is pending; an error is passed to `failed`. */
    async run(id: string, action: Action, work: () => Promise<void>, failed: (error: unknown) => void): Promise<void> {
      if (pending[id]) return;
      setPending(id, action);
      try {
        await work();
      } catch (error) {
        failed(error);
      } finally {
        setPending(id, undefined);
      }
    },
  };
}
