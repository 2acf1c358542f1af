import type { StoredLogEvent } from "../../../shared/protocol/log-search.ts";
import { formatLineTime } from "../store/line-time.ts";
import type { StreamRow } from "../store/segment-reader.ts";
import { seenStreams } from "./scan-units.ts";
import type { SearchPlan } from "./search-plan.ts";

/** Of one answer; a container that restarts every second must not drown the lines. */
const MARKS_MAX = 300;

interface Span {
  fromUs: number;
  toUs: number;
}

/** Returns the events between the lines of a page, in its order, and at its far end the beginning of a container's log. */
export function readLogEvents(
  plan: Pick<SearchPlan, "entries" | "sources" | "sourceId">,
  span: Span,
  newestFirst: boolean,
): StoredLogEvent[] {
  const found: { us: number; mark: StoredLogEvent }[] = [];
  const first = new Map<string, { stream: StreamRow; us: number; n: number }>();
  /** Containers that also have stored lines under an earlier name. */
  const renamed = new Set<string>();
  const clipped = { fromUs: toWhole(span.fromUs), toUs: toWhole(span.toUs) };
  for (const { segment, totals } of plan.entries) {
    const streams = new Map(seenStreams(segment, plan.sources, plan.sourceId).map((stream) => [stream.id, stream]));
    if (streams.size === 0) continue;
    for (const { id, sourceId } of segment.streams()) if (!streams.has(id)) renamed.add(sourceId);
    for (const row of segment.marks([...streams.keys()], clipped, newestFirst, MARKS_MAX)) {
      const stream = streams.get(row.stream) as StreamRow;
      const mark: StoredLogEvent = { ...base(stream, row.us, row.run), kind: row.kind };
      if (row.exitCode !== null) mark.exitCode = row.exitCode;
      if (row.unknownEnds !== null) mark.unknownEnds = row.unknownEnds;
      if (row.reason !== null) mark.reason = row.reason;
      found.push({ us: row.us, mark });
    }
    for (const { stream: id, minUs, firstN } of totals) {
      const stream = streams.get(id);
      if (!stream) continue;
      const known = first.get(stream.sourceId);
      if (!known || firstN < known.n) first.set(stream.sourceId, { stream, us: minUs, n: firstN });
    }
  }
  for (const { stream, us, n } of first.values()) {
    if (us < span.fromUs || us > span.toUs) continue;
    const mark = base(stream, us, 1);
    if (n > 0 && !renamed.has(stream.sourceId)) found.push({ us, mark: { ...mark, kind: "gap", reason: "expired" } });
    else if (!found.some((other) => other.us <= us && other.mark.containerId === stream.sourceId)) {
      found.push({ us, mark: { ...mark, kind: "begin" } });
    }
  }
  found.sort((a, b) => (newestFirst ? b.us - a.us : a.us - b.us));
  return found.slice(0, MARKS_MAX).map(({ mark }) => mark);
}

const base = (stream: StreamRow, us: number, run: number) => ({
  source: stream.kind,
  container: stream.name,
  containerId: stream.sourceId,
  time: formatLineTime(us),
  run: Math.max(run, 1),
});

/** Clips to whole numbers that SQLite accepts. */
const toWhole = (us: number) => Math.max(-Number.MAX_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, us));
