import type { LogSourceKind, StoredContainer } from "../../shared/protocol/log-search.ts";
import type { CollectedLog } from "./collect/collected-log.ts";
import type { SourceFilter } from "./search/log-selection.ts";
import { formatLineTime } from "./store/line-time.ts";
import type { StoredLogTotals } from "./summary.ts";

/**
 * Lists the logs of one kind by name: what is stored, and what there is now.
 *
 * @param collected undefined while nobody knows
 */
export function listStored(
  kind: LogSourceKind,
  totals: readonly StoredLogTotals[],
  collected: readonly CollectedLog[] | undefined,
  sources: SourceFilter,
): StoredContainer[] {
  const kept = totals.filter((source) => source.kind === kind);
  const present = collected?.filter((log) => log.kind === kind);
  const all = new Set([...kept, ...(present ?? [])].map(({ name }) => name));
  const seen = [...all].filter((name) => sources.has({ kind, name }));
  return seen.sort().map((name) => {
    const own = kept.filter((source) => source.name === name).sort((one, other) => other.maxUs - one.maxUs);
    const now = present?.find((log) => log.name === name);
    const isGone = (id: string, wasRemoved: boolean) => (present ? !present.some((log) => log.id === id) : wasRemoved);
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
      kind,
      name,
      containers: listed,
      ...timesOf(own.filter(({ lines }) => lines > 0)),
      lines: own.reduce((sum, { lines }) => sum + lines, 0),
      bytes: own.reduce((sum, { bytes }) => sum + bytes, 0),
      removed: present ? !now : listed.every(({ removed }) => removed),
      collection: now?.collection ?? "gone",
      ...(now?.note === undefined ? {} : { note: now.note }),
    };
  });
}

const timesOf = (spans: readonly { minUs: number; maxUs: number }[]) => ({
  firstTime: spans.length === 0 ? null : formatLineTime(Math.min(...spans.map(({ minUs }) => minUs))),
  lastTime: spans.length === 0 ? null : formatLineTime(Math.max(...spans.map(({ maxUs }) => maxUs))),
});
