import { type Accessor, createEffect, createSignal, on, onCleanup } from "solid-js";
import type { McpPage } from "../../../../../shared/protocol/mcp-workbench.ts";

/** Entries kept of one list: an endless list must not fill the page. */
const MAX_ITEMS = 20_000;

/**
 * A list of a server, read part by part. It is read again from its beginning whenever `again` calls back; what was shown
 * stays until the new list is here.
 */
export function createOfferPages<T>(
  read: (cursor: string | undefined) => Promise<McpPage<T>>,
  active: Accessor<boolean>,
  again: (reload: () => void) => () => void,
) {
  const [items, setItems] = createSignal<readonly T[]>();
  const [next, setNext] = createSignal<string | null>(null);
  const [error, setError] = createSignal<unknown>();
  const [busy, setBusy] = createSignal(false);
  let run = 0;

  const load = async (cursor: string | undefined) => {
    const current = ++run;
    setBusy(true);
    try {
      const page = await read(cursor);
      if (current !== run) return;
      const all = cursor === undefined ? page.items : [...(items() ?? []), ...page.items];
      setItems(all.slice(0, MAX_ITEMS));
      setNext(all.length < MAX_ITEMS ? page.nextCursor : null);
      setError(undefined);
    } catch (failure) {
      if (current === run) setError(failure);
    } finally {
      if (current === run) setBusy(false);
    }
  };
  const reload = () => void load(undefined);
  createEffect(on(active, (isActive) => isActive && reload()));
  onCleanup(
    again(() => {
      if (active()) reload();
    }),
  );
  onCleanup(() => run++);
  return {
    items,
    error,
    reload,
    more: () => {
      const cursor = next();
      return cursor === null ? undefined : { busy: busy(), load: () => void load(cursor) };
    },
  };
}
