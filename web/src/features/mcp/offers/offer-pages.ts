import { type Accessor, createEffect, createSignal, on, onCleanup } from "solid-js";
import type { McpPage } from "../../../../../shared/protocol/mcp-workbench.ts";
import { keepSame } from "../../../lib/keep-same.ts";

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

  const load = async (loaded: readonly T[], from: string | undefined, wanted: number) => {
    const current = ++run;
    setBusy(true);
    try {
      let all = loaded;
      let cursor = from;
      do {
        const page = await read(cursor);
        if (current !== run) return;
        all = [...all, ...page.items].slice(0, MAX_ITEMS);
        cursor = (all.length < MAX_ITEMS && page.nextCursor) || undefined;
        if (page.items.length === 0) break; // one without end would be read without end
      } while (cursor !== undefined && all.length < wanted);
      setItems((before) => keepSame(before, all));
      setNext(cursor ?? null);
      setError(undefined);
    } catch (failure) {
      if (current === run) setError(failure);
    } finally {
      if (current === run) setBusy(false);
    }
  };
  // As many as were shown: what is open can be on any page.
  const reload = () => void load([], undefined, items()?.length ?? 0);
  const more = (cursor: string) => {
    const loaded = items() ?? [];
    void load(loaded, cursor, loaded.length + 1);
  };
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
      return cursor === null ? undefined : { busy: busy(), load: () => more(cursor) };
    },
  };
}
