import { setImmediate as yieldToEventLoop } from "node:timers/promises";
import type { StoredLogEvent, StoredLogLine } from "../../../shared/protocol/log-search.ts";
import type { LineRecord } from "../store/block.ts";
import type { SegmentReader, StreamRow } from "../store/segment-reader.ts";
import { beforeTime, compareKeys, formatCursor, formatLineId, type LineKey } from "./line-key.ts";
import type { LinePattern } from "./line-pattern.ts";
import { readLogEvents } from "./log-events.ts";
import { createUnitQueue, spanOfSeen, type Unit } from "./scan-units.ts";
import type { SearchPlan } from "./search-plan.ts";
import { toStoredLine } from "./stored-line.ts";

/** Text of one answer; at least one line comes whatever its size. */
const ANSWER_MAX = 4 * 1024 * 1024;
/** Others get their turn this often. */
const BREATH_MS = 15;

export interface FoundLine {
  key: LineKey;
  line: LineRecord;
  segment: SegmentReader;
  stream: StreamRow;
}

export interface SearchResult {
  /** Nearest first. */
  found: FoundLine[];
  marks: StoredLogEvent[];
  older: string | null;
  newer: string | null;
  complete: boolean;
  scanned: number;
  reachedUs: number | null;
}

/**
 * Reads units from the near end on until the page is full and nothing left can come before its last line, or until the
 * time is used up.
 */
export async function search(plan: SearchPlan): Promise<SearchResult> {
  const { pattern, before, after, backward, limit } = plan;
  const fromUs = Math.max(plan.fromUs, after?.us ?? Number.NEGATIVE_INFINITY);
  const toUs = Math.min(plan.toUs, before?.us ?? Number.POSITIVE_INFINITY);
  const queue = createUnitQueue({ ...plan, fromUs, toUs }, backward);
  const page = createPage(limit, backward);
  const deadline = performance.now() + plan.timeLimit;
  let breath = performance.now();
  let scanned = 0;
  let stoppedAt: number | undefined;
  const firstEdge = queue.edge();
  for (let edge = firstEdge; edge !== undefined; edge = queue.edge()) {
    if (page.isDone(edge)) break;
    // It must get on by some time at least, or the next request would begin where this one did.
    if (edge !== firstEdge && performance.now() > deadline) {
      stoppedAt = edge;
      break;
    }
    try {
      const unit = queue.take();
      if (!unit) continue;
      scanned += unit.count;
      page.add(matchesOf(unit, pattern, { fromUs, toUs, before, after }));
    } catch (error) {
      // What cannot be read costs its own lines only.
      plan.onDamage(error);
    }
    if (performance.now() - breath > BREATH_MS) {
      await yieldToEventLoop();
      breath = performance.now();
    }
  }
  if (stoppedAt !== undefined) page.cutAt(stoppedAt);
  const { found, isFull } = page;
  const far = found.at(-1)?.key;
  const near = found[0]?.key;
  const hasMore = isFull || stoppedAt !== undefined;
  // Where the next page in the same direction begins.
  let onward: LineKey | undefined;
  if (isFull) onward = far;
  else if (stoppedAt !== undefined) onward = beforeTime(backward ? stoppedAt + 1 : stoppedAt);
  const newest = spanOfSeen(plan.entries, plan.sources).maxUs;
  const empty = newest > 0 ? beforeTime(newest + 1) : undefined;
  const older = backward ? onward : after && (near ?? after);
  const newer = backward
    ? (near ?? before ?? (stoppedAt === undefined ? empty : undefined))
    : (onward ?? far ?? after ?? empty);
  const [oldEnd, newEnd] = backward ? [onward, before] : [after, onward];
  const span = {
    fromUs: oldEnd ? Math.max(lastEventUs(oldEnd) + 1, plan.fromUs) : plan.fromUs,
    toUs: newEnd ? Math.min(lastEventUs(newEnd), plan.toUs) : plan.toUs,
  };
  return {
    found,
    marks: readLogEvents(plan, span, backward),
    older: older ? formatCursor(older) : null,
    newer: newer ? formatCursor(newer) : null,
    complete: stoppedAt === undefined,
    scanned,
    reachedUs: hasMore ? (onward?.us ?? null) : null,
  };
}

/** The last microsecond whose events come before a place: events stand before all lines of their time. */
const lastEventUs = (place: LineKey): number => (place.n < 0 ? place.us - 1 : place.us);

interface Bounds {
  fromUs: number;
  toUs: number;
  before: LineKey | undefined;
  after: LineKey | undefined;
}

function matchesOf(unit: Unit, pattern: LinePattern, { fromUs, toUs, before, after }: Bounds): FoundLine[] {
  const { segment, stream } = unit;
  const matches: FoundLine[] = [];
  unit.match(pattern, (line) => {
    if (line.us < fromUs || line.us > toUs) return;
    const key: LineKey = { us: line.us, segment: segment.number, stream: stream.id, n: line.n };
    if (before && compareKeys(key, before) >= 0) return;
    if (after && compareKeys(key, after) <= 0) return;
    matches.push({ key, line, segment, stream });
  });
  return matches;
}

/** The nearest lines so far, within the bounds of an answer. */
function createPage(limit: number, backward: boolean) {
  let found: FoundLine[] = [];
  let isFull = false;
  const order = (one: FoundLine, other: FoundLine) => compareKeys(one.key, other.key) * (backward ? -1 : 1);
  return {
    get found() {
      return found;
    },
    /** Whether there are more lines than the page takes. */
    get isFull() {
      return isFull;
    },
    add(matches: FoundLine[]) {
      if (matches.length === 0) return;
      found = [...found, ...matches].sort(order);
      let size = 0;
      let count = 0;
      for (const { line } of found) {
        size += line.text.length;
        if (count === limit || (size > ANSWER_MAX && count > 0)) break;
        count++;
      }
      if (count < found.length) isFull = true;
      found.length = count;
    },
    /** Whether nothing beyond the edge can have a place on the page. */
    isDone(edge: number): boolean {
      if (!isFull && found.length < limit) return false;
      const last = found.at(-1)?.key.us ?? 0;
      const done = backward ? last > edge : last < edge;
      if (done) isFull = true;
      return done;
    },
    /** Only what is surely whole: lines up to where the reading stopped. */
    cutAt(edge: number) {
      const whole = found.filter(({ key }) => (backward ? key.us > edge : key.us < edge));
      if (whole.length < found.length) isFull = false;
      found = whole;
    },
  };
}

export const toStoredLogLine = ({ key, line, segment, stream }: FoundLine): StoredLogLine =>
  toStoredLine(formatLineId(key), stream, line, segment.runAt(stream.id, line.n));
