import { createStore } from "solid-js/store";

/** What is being done to which item, so that its row can say so and take no second click. */
export function createPendingActions<Action extends string>() {
  const [pending, setPending] = createStore<Record<string, Action | undefined>>({});
  return {
    /** The action under way for an item. */
    of: (id: string): Action | undefined => pending[id],
    /** Runs `work` unless something is already under way for the item; what it throws is handed to `failed`. */
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
