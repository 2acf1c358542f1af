import { setImmediate as yieldToEventLoop } from "node:timers/promises";
import type { LogHistogramAnswer, LogLevel } from "../../../shared/protocol/log-search.ts";
import { LEVEL_MASK } from "../store/block.ts";
import { levelName } from "../store/level-name.ts";
import { formatLineTime } from "../store/line-time.ts";
import type { CatalogEntry } from "../store/segment-index.ts";
import type { LinePattern } from "./line-pattern.ts";
import type { SourceFilter } from "./log-selection.ts";
import { createUnitQueue, type Unit } from "./scan-units.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
/** Widths of buckets that people can read, in milliseconds. */
const widths = [
  1,
  2,
  5,
  10,
  20,
  50,
  100,
  200,
  500,
  ...[1, 2, 5, 10, 15, 30].map((count) => count * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((count) => count * MINUTE),
  ...[1, 2, 3, 6, 12, 24, 48, 168, 720, 8_760].map((count) => count * HOUR),
];
const BREATH_MS = 15;

export interface HistogramPlan {
  entries: readonly CatalogEntry[];
  sources: SourceFilter;
  fromUs: number;
  toUs: number;
  pattern: LinePattern;
  buckets: number;
  timeLimit: number;
  onDamage(error: unknown): void;
}

/** Counts lines by time and level, the newest first, until all are counted or the time is used up. */
export async function histogram(plan: HistogramPlan): Promise<Omit<LogHistogramAnswer, "marks">> {
  const { pattern, fromUs, toUs } = plan;
  const fromMs = Math.floor(fromUs / 1000);
  const toMs = Math.max(fromMs + 1, Math.floor(toUs / 1000));
  // One bucket more than asked for may be needed, since buckets begin at whole multiples of their width.
  const fits = (width: number) => Math.ceil(toMs / width) - Math.floor(fromMs / width) <= plan.buckets;
  const bucketMs = widths.find(fits) ?? toMs;
  const begin = Math.floor(fromMs / bucketMs) * bucketMs;
  const count = Math.max(1, Math.ceil((toMs - begin) / bucketMs));
  const buckets = Array.from({ length: count }, () => new Map<LogLevel, number>());
  let total = 0;
  // The last bucket also takes the millisecond that the period ends with: an end at noon needs no bucket for it.
  const indexOf = (us: number) => Math.min(count - 1, Math.floor((us / 1000 - begin) / bucketMs));
  const add = (us: number, flags: number, lines = 1) => {
    const bucket = buckets[indexOf(us)];
    if (!bucket) return;
    const level = levelName(flags & LEVEL_MASK);
    bucket.set(level, (bucket.get(level) ?? 0) + lines);
    total += lines;
  };

  const addUnit = (unit: Unit) => {
    if (pattern.text !== undefined || pattern.regex !== undefined) {
      unit.match(pattern, ({ us, flags }) => us >= fromUs && us <= toUs && add(us, flags));
      return;
    }
    const isInside = unit.minUs >= fromUs && unit.maxUs <= toUs && indexOf(unit.minUs) === indexOf(unit.maxUs);
    if (unit.counts && isInside) {
      for (const [flags, lines] of unit.counts.entries()) {
        if (lines > 0 && pattern.fitsFlags(flags)) add(unit.minUs, flags, lines);
      }
      return;
    }
    unit.times((us, flags) => us >= fromUs && us <= toUs && pattern.fitsFlags(flags) && add(us, flags));
  };

  const queue = createUnitQueue(plan, true);
  const deadline = performance.now() + plan.timeLimit;
  let breath = performance.now();
  let stoppedAt: number | undefined;
  for (let edge = queue.edge(); edge !== undefined; edge = queue.edge()) {
    if (performance.now() > deadline) {
      stoppedAt = edge;
      break;
    }
    try {
      const unit = queue.take();
      if (unit) addUnit(unit);
    } catch (error) {
      plan.onDamage(error);
    }
    if (performance.now() - breath > BREATH_MS) {
      await yieldToEventLoop();
      breath = performance.now();
    }
  }
  return {
    from: new Date(begin).toISOString(),
    to: new Date(begin + count * bucketMs).toISOString(),
    bucketMs,
    buckets: buckets.map((counts, index) => ({
      time: new Date(begin + index * bucketMs).toISOString(),
      counts: Object.fromEntries(counts),
    })),
    total,
    complete: stoppedAt === undefined,
    reached: stoppedAt === undefined ? null : formatLineTime(stoppedAt),
  };
}
