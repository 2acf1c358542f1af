import { toSearchable } from "../../../shared/logs/plain-text.ts";
import type { LineRecord } from "../store/block.ts";
import type { CatalogEntry } from "../store/segment-index.ts";
import type { BlockRow, SegmentReader, StreamRow } from "../store/segment-reader.ts";
import type { LinePattern } from "./line-pattern.ts";
import type { SourceFilter } from "./log-selection.ts";

/** Lines of one log that are read together: a block, or those not in a block yet. */
export interface Unit {
  segment: SegmentReader;
  stream: StreamRow;
  minUs: number;
  maxUs: number;
  count: number;
  /** By flags; undefined for lines not in a block. */
  counts: Uint32Array | undefined;
  /** Calls `visit` for each line that fits the pattern. */
  match(pattern: LinePattern, visit: (line: LineRecord) => void): void;
  /** Times and flags of all its lines: cheaper than their text. */
  times(visit: (us: number, flags: number) => void): void;
}

export interface Scope {
  entries: readonly CatalogEntry[];
  sources: SourceFilter;
  /** Narrows to one log by its id. */
  sourceId?: string;
  fromUs: number;
  toUs: number;
  pattern: LinePattern;
}

/** The units of a scope in the order of their nearer ends, files opened only when their turn comes. */
export interface UnitQueue {
  /** Time nothing that is left goes beyond; undefined at the end. */
  edge(): number | undefined;
  /** Undefined when a file was opened instead. */
  take(): Unit | undefined;
}

export const seenStreams = (segment: SegmentReader, sources: SourceFilter, sourceId?: string): StreamRow[] =>
  segment.streams().filter((stream) => sources.has(stream) && (sourceId === undefined || stream.sourceId === sourceId));

/** Times of the oldest and newest line of the logs a caller sees: those of others are none of theirs. Infinite: none. */
export function spanOfSeen(entries: readonly CatalogEntry[], sources: SourceFilter): { minUs: number; maxUs: number } {
  const span = { minUs: Number.POSITIVE_INFINITY, maxUs: Number.NEGATIVE_INFINITY };
  for (const { segment, totals, minUs, maxUs } of entries) {
    const seen = sources.isAll ? undefined : new Set(seenStreams(segment, sources).map(({ id }) => id));
    const spans = seen ? totals.filter(({ stream }) => seen.has(stream)) : [{ minUs, maxUs }];
    for (const one of spans) {
      span.minUs = Math.min(span.minUs, one.minUs);
      span.maxUs = Math.max(span.maxUs, one.maxUs);
    }
  }
  return span;
}

export function createUnitQueue(scope: Scope, backward: boolean): UnitQueue {
  const { entries, sources, sourceId, fromUs, toUs, pattern } = scope;
  const nearer = (one: { minUs: number; maxUs: number }, other: { minUs: number; maxUs: number }) =>
    backward ? one.maxUs - other.maxUs : other.minUs - one.minUs;
  // The next one stands last.
  const files = entries.filter((entry) => entry.maxUs >= fromUs && entry.minUs <= toUs).sort(nearer);
  let units: Unit[] = [];

  const open = ({ segment }: CatalogEntry) => {
    const streams = new Map(seenStreams(segment, sources, sourceId).map((stream) => [stream.id, stream]));
    if (streams.size === 0) return;
    const { blocks, fresh } = segment.content([...streams.keys()], { fromUs, toUs }, pattern.indexQuery);
    for (const block of blocks) {
      if (pattern.fitsCounts(block.counts))
        units.push(blockUnit(segment, streams.get(block.stream) as StreamRow, block));
    }
    for (const [stream, lines] of fresh) units.push(freshUnit(segment, streams.get(stream) as StreamRow, lines));
    units = units.sort(nearer);
  };

  const endOf = (item: { minUs: number; maxUs: number }) =>
    backward ? Math.min(item.maxUs, toUs) : Math.max(item.minUs, fromUs);
  return {
    edge() {
      const [file, unit] = [files.at(-1), units.at(-1)];
      if (!file) return unit && endOf(unit);
      if (!unit) return endOf(file);
      return backward ? Math.max(endOf(file), endOf(unit)) : Math.min(endOf(file), endOf(unit));
    },
    take() {
      const [file, unit] = [files.at(-1), units.at(-1)];
      if (file && (!unit || nearer(file, unit) >= 0)) {
        files.pop();
        open(file);
        return undefined;
      }
      return units.pop();
    },
  };
}

function blockUnit(segment: SegmentReader, stream: StreamRow, block: BlockRow): Unit {
  return {
    segment,
    stream,
    minUs: block.minUs,
    maxUs: block.maxUs,
    count: block.lines,
    counts: block.counts,
    match(pattern, visit) {
      const text = segment.text(block);
      let searchable: string[] | undefined;
      if (pattern.text !== undefined) {
        const whole = toSearchable(text);
        if (!whole.includes(pattern.text)) return;
        searchable = whole.split("\n");
      }
      const lines = text.split("\n");
      const { us, ns, flags } = segment.times(block);
      for (let index = 0; index < lines.length; index++) {
        const line = lines[index] as string;
        const flag = flags[index] as number;
        if (pattern.flagsMatter && !pattern.fitsFlags(flag)) continue;
        if (searchable && !searchable[index]?.includes(pattern.text as string)) continue;
        if (pattern.regex && !pattern.fitsText(line)) continue;
        visit({ n: block.firstN + index, us: us[index] as number, ns: ns[index] as number, flags: flag, text: line });
      }
    },
    times(visit) {
      const { us, flags } = segment.times(block);
      for (let index = 0; index < us.length; index++) visit(us[index] as number, flags[index] as number);
    },
  };
}

function freshUnit(segment: SegmentReader, stream: StreamRow, lines: readonly LineRecord[]): Unit {
  let minUs = Number.POSITIVE_INFINITY;
  let maxUs = Number.NEGATIVE_INFINITY;
  for (const { us } of lines) {
    minUs = Math.min(minUs, us);
    maxUs = Math.max(maxUs, us);
  }
  return {
    segment,
    stream,
    minUs,
    maxUs,
    count: lines.length,
    counts: undefined,
    match(pattern, visit) {
      for (const line of lines) if (pattern.fitsFlags(line.flags) && pattern.fitsText(line.text)) visit(line);
    },
    times(visit) {
      for (const { us, flags } of lines) visit(us, flags);
    },
  };
}
