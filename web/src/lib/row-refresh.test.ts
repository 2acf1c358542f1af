import { QueryClient } from "@tanstack/solid-query";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createRowRefresher, type RowList, replaceRows } from "./row-refresh.ts";

interface Row {
  id: string;
  state: string;
}

const idOf = ({ id }: Row) => id;
const row = (id: string, state = "running"): Row => ({ id, state });

test.each([
  ["a changed row keeps its place", ["b"], [row("b", "exited")], [row("a"), row("b", "exited"), row("c")]],
  ["a row that the answer lacks is gone", ["b"], [], [row("a"), row("c")]],
  ["a new row comes first", ["d"], [row("d")], [row("d"), row("a"), row("b"), row("c")]],
])("%s", (_title, ids, fetched, expected) => {
  expect(replaceRows([row("a"), row("b"), row("c")], ids, fetched, idOf)).toEqual(expected);
});

const queryKey = ["services"];
let client: QueryClient;
let lists: number;
let named: string[][];
let answer: (ids: readonly string[]) => Promise<Row[] | undefined>;

beforeEach(() => {
  vi.useFakeTimers();
  client = new QueryClient({ defaultOptions: { queries: { staleTime: Number.POSITIVE_INFINITY, retry: false } } });
  [lists, named] = [0, []];
  answer = async (ids) => ids.map((id) => row(id, "exited"));
});
afterEach(() => {
  client.clear();
  vi.useRealTimers();
});

/** A list of a and b that a page shows. */
async function shown(max = 2) {
  const list: RowList<Row> = {
    queryKey,
    field: "services",
    namesOf: ({ id }) => [id],
    max,
    fetch: (ids) => {
      named.push([...ids]);
      return answer(ids);
    },
  };
  const queryFn = async () => {
    lists += 1;
    return { services: [row("a"), row("b")], engine: "up" };
  };
  await client.prefetchQuery({ queryKey, queryFn });
  client.getQueryCache().find({ queryKey })?.setOptions({ queryKey, queryFn });
  const refresher = createRowRefresher(client, list, 400);
  return { refresher, rows: () => client.getQueryData<{ services: Row[] }>(queryKey)?.services };
}

const isStale = () => client.getQueryState(queryKey)?.isInvalidated;

test("events about one row fetch this row, once", async () => {
  const { refresher, rows } = await shown();
  refresher.changed("b");
  refresher.changed("b");
  await vi.advanceTimersByTimeAsync(0);
  expect(named).toEqual([["b"]]);
  expect(rows()).toEqual([row("a"), row("b", "exited")]);
  expect([lists, isStale()]).toEqual([1, false]);
});

test.each([
  ["an event without a row", ["b", undefined]],
  ["more changes than one request names", ["a", "b", "c"]],
])("%s fetches the list", async (_title, changes) => {
  const { refresher } = await shown();
  for (const id of changes) refresher.changed(id);
  await vi.advanceTimersByTimeAsync(0);
  expect([named, isStale()]).toEqual([[], true]);
});

test.each([
  ["fails", () => Promise.reject(new Error("unreachable"))],
  ["does not tell, since the Engine is away", async () => undefined],
])("the list is fetched when the request for rows %s", async (_title, response) => {
  const { refresher, rows } = await shown();
  answer = response;
  refresher.changed("b");
  await vi.advanceTimersByTimeAsync(0);
  expect(isStale()).toBe(true);
  expect(rows()).toEqual([row("a"), row("b")]);
});

test("rows are fetched anew with the list while the list is on its way: its response may be the older one", async () => {
  const { refresher } = await shown();
  const { promise, resolve } = Promise.withResolvers<{ services: Row[] }>();
  void client.fetchQuery({ queryKey, queryFn: () => promise, staleTime: 0 });
  refresher.changed("b");
  await vi.advanceTimersByTimeAsync(0);
  expect(named).toEqual([]);
  resolve({ services: [] });
});
