import type { LogMark } from "../../../shared/protocol/log-search.ts";
import { formatLineTime } from "../store/line-time.ts";
import type { StreamRow } from "../store/segment-reader.ts";
import { seenStreams } from "./scan-units.ts";
import type { SearchPlan } from "./search.ts";

/** Of one answer; a container that restarts every second must not drown the lines. */
const MARKS_MAX = 300;

interface Span {
  fromUs: number;
  toUs: number;
}

/** What happened between the lines of a page, in its order; at its far end also where the log of a container begins. */
export function readMarks(plan: SearchPlan, span: Span, newestFirst: boolean): LogMark[] {
  const found: { us: number; mark: LogMark }[] = [];
  const first = new Map<string, { stream: StreamRow; us: number; n: number }>();
  /** Containers whose lines from before a rename are kept too, under the other name. */
  const renamed = new Set<string>();
  const clipped = { fromUs: toWhole(span.fromUs), toUs: toWhole(span.toUs) };
  for (const { segment, totals } of plan.entries) {
    const streams = new Map(seenStreams(segment, plan.names, plan.sourceId).map((stream) => [stream.id, stream]));
    if (streams.size === 0) continue;
    for (const { id, sourceId } of segment.streams()) if (!streams.has(id)) renamed.add(sourceId);
    for (const row of segment.marks([...streams.keys()], clipped, newestFirst, MARKS_MAX)) {
      const stream = streams.get(row.stream) as StreamRow;
      const more = {
        ...(row.exitCode === null ? {} : { exitCode: row.exitCode }),
        ...(row.unknownEnds === null ? {} : { unknownEnds: row.unknownEnds }),
        ...(row.reason === null ? {} : { reason: row.reason }),
      };
      found.push({ us: row.us, mark: { ...base(stream, row.us, row.run), kind: row.kind, ...more } });
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
  found.sort((one, other) => (newestFirst ? other.us - one.us : one.us - other.us));
  return found.slice(0, MARKS_MAX).map(({ mark }) => mark);
}

const base = (stream: StreamRow, us: number, run: number) => ({
  container: stream.name,
  containerId: stream.sourceId,
  time: formatLineTime(us),
  run: Math.max(run, 1),
});

/** SQLite takes whole numbers only. */
const toWhole = (us: number) => Math.max(-Number.MAX_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, us));
