import type { StoredContainer } from "../../shared/protocol/log-search.ts";
import type { CollectedContainer } from "./collect/container-tasks.ts";
import { formatLineTime } from "./store/line-time.ts";
import type { StoredLogTotals } from "./summary.ts";

/** By name: what is kept, and what there is now. @param present undefined while nobody knows */
export function listContainers(
  kept: readonly StoredLogTotals[],
  present: readonly CollectedContainer[] | undefined,
  names: readonly string[] | null,
): StoredContainer[] {
  const all = new Set([...kept, ...(present ?? [])].map(({ name }) => name));
  const seen = names === null ? all : names.filter((name) => all.has(name));
  return [...seen].sort().map((name) => {
    const own = kept.filter((source) => source.name === name).sort((one, other) => other.maxUs - one.maxUs);
    const now = present?.find((container) => container.name === name);
    const isGone = (id: string, wasRemoved: boolean) =>
      present ? !present.some((container) => container.id === id) : wasRemoved;
    const listed = own.map(({ sourceId, lines, minUs, maxUs, removed }) => ({
      id: sourceId,
      ...timesOf(lines === 0 ? [] : [{ minUs, maxUs }]),
      lines,
      removed: isGone(sourceId, removed),
    }));
    if (now && !own.some(({ sourceId }) => sourceId === now.id)) {
      listed.unshift({ id: now.id, firstTime: null, lastTime: null, lines: 0, removed: false });
    }
    return {
      name,
      containers: listed,
      ...timesOf(own.filter(({ lines }) => lines > 0)),
      lines: own.reduce((sum, { lines }) => sum + lines, 0),
      bytes: own.reduce((sum, { bytes }) => sum + bytes, 0),
      removed: present ? !now : listed.every(({ removed }) => removed),
      collection: now?.collection ?? "gone",
    };
  });
}

const timesOf = (spans: readonly { minUs: number; maxUs: number }[]) => ({
  firstTime: spans.length === 0 ? null : formatLineTime(Math.min(...spans.map(({ minUs }) => minUs))),
  lastTime: spans.length === 0 ? null : formatLineTime(Math.max(...spans.map(({ maxUs }) => maxUs))),
});
