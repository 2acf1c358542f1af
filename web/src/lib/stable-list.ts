import { createComputed } from "solid-js";
import { createStore, reconcile } from "solid-js/store";

/**
 * A list that is fetched again and again, with one stable object per item: rows keep their DOM, focus and position, and
 * only changed fields are rendered again.
 */
export function createStableList<T extends object>(
  source: () => readonly T[] | undefined,
  key: keyof T & string,
): () => readonly T[] {
  const [store, setStore] = createStore<{ items: T[] }>({ items: [] });
  createComputed(() => {
    // The store writes into its objects, and those of the source belong to a cache, maybe behind proxies: what came
    // as JSON is copied as JSON.
    const items: T[] = JSON.parse(JSON.stringify(source() ?? []));
    setStore("items", reconcile(items, { key, merge: false }));
  });
  return () => store.items;
}
