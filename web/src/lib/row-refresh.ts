import type { QueryClient } from "@tanstack/solid-query";
import { fetchAgain } from "./fetch-again.ts";
import { createRefresher } from "./refresher.ts";

/** A cached list whose rows are fetched again one by one. */
export interface RowList<Row> {
  queryKey: readonly unknown[];
  /** Field of the cached response with the rows. */
  field: string;
  /** Id of a row, and its other names in keys of queries. */
  namesOf(row: Row): readonly string[];
  /** Most rows of one fetch; more changes fetch the list. */
  max: number;
  /** Fetches rows; one that the answer lacks is gone. Undefined if the answer does not tell: the list is fetched then. */
  fetch(ids: readonly string[]): Promise<readonly Row[] | undefined>;
}

export interface RowRefresher {
  /** Fetches one row soon; without an id, the whole list. */
  changed(id?: string): void;
  stop(): void;
}

/** The rows of a list with some fetched again: in their places, new ones first, without those that are gone. */
export function replaceRows<Row>(
  rows: readonly Row[],
  ids: readonly string[],
  fetched: readonly Row[],
  idOf: (row: Row) => string,
): Row[] {
  const byId = new Map(fetched.map((row) => [idOf(row), row]));
  const kept = rows.flatMap((row) => {
    const id = idOf(row);
    if (!ids.includes(id)) return [row];
    const newer = byId.get(id);
    byId.delete(id);
    return newer ? [newer] : [];
  });
  return [...byId.values(), ...kept];
}

/**
 * Keeps a cached list up to date by its changed rows: a busy host sends several events a second, and its list is large. The list
 * is fetched when a change names no row, when many change at once, and when it is being fetched anyway, since a response that
 * is under way may be older than the rows.
 */
export function createRowRefresher<Row>(client: QueryClient, list: RowList<Row>, quietMs: number): RowRefresher {
  const { queryKey } = list;
  const waiting = new Set<string>();
  let isWhole = false;

  const isFetching = () => client.isFetching({ queryKey, exact: true }) > 0;
  const cached = () => client.getQueryData<Record<string, readonly Row[]>>(queryKey);
  const fetchRows = async (ids: readonly string[]): Promise<boolean> => {
    if (isFetching() || !cached()) return false;
    const fetched = await list.fetch(ids).catch(() => undefined);
    const current = cached();
    if (!fetched || !current || isFetching()) return false;
    const before = current[list.field] ?? [];
    const idOf = (row: Row) => list.namesOf(row)[0] ?? "";
    client.setQueryData(queryKey, { ...current, [list.field]: replaceRows(before, ids, fetched, idOf) });
    const named = new Set<unknown>(
      [...before, ...fetched].filter((row) => ids.includes(idOf(row))).flatMap((row) => list.namesOf(row)),
    );
    await fetchAgain(client, {
      predicate: ({ queryKey: key }) => key[0] === queryKey[0] && key.length > 1 && named.has(key[1]),
    });
    return true;
  };
  const refresher = createRefresher(async () => {
    const ids = [...waiting];
    const areFew = !isWhole && ids.length <= list.max;
    waiting.clear();
    isWhole = false;
    if (!(areFew && (await fetchRows(ids)))) await fetchAgain(client, { queryKey });
  }, quietMs);

  return {
    changed(id) {
      if (id === undefined || waiting.size > list.max) isWhole = true;
      else waiting.add(id);
      refresher.refresh();
    },
    stop: refresher.stop,
  };
}
