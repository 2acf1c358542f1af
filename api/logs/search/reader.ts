import pLimit from "p-limit";
import type { LogAroundAnswer, LogHistogramAnswer, LogSearchAnswer } from "../../../shared/protocol/log-search.ts";
import type { CauseLine } from "../../../shared/protocol/watch.ts";
import { AppError } from "../../../shared/server/errors.ts";
import { formatLineTime, toMicros, toMicrosOf } from "../store/line-time.ts";
import { type CatalogEntry, createCatalog } from "../store/segment-index.ts";
import { type StoredLogTotals, summarize } from "../summary.ts";
import { type CauseQuery, findCauseLines } from "./cause-lines.ts";
import { histogram } from "./histogram.ts";
import { formatCursor, justBefore, type LineKey, parseCursor, parseLineId } from "./line-key.ts";
import { createLinePattern, type LinePatternSpec } from "./line-pattern.ts";
import { readLogEvents } from "./log-events.ts";
import { type LogSelection, type SourceFilter, selectSources } from "./log-selection.ts";
import { spanOfSeen } from "./scan-units.ts";
import { type FoundLine, search, toStoredLogLine } from "./search.ts";
import type { SearchPlan } from "./search-plan.ts";

/** Searches at once; each holds some files' lists of blocks. The others wait. */
const AT_ONCE = 6;
/** Milliseconds a request may search before it answers what it has. */
const TIME_LIMIT_MS = 2_000;
const DAY_MS = 86_400_000;

export interface StoreFilter extends LinePatternSpec {
  /** Null: every log. */
  sources: LogSelection | null;
  since?: string | undefined;
  until?: string | undefined;
}

export interface StoreSearch extends StoreFilter {
  limit: number;
  before?: string | undefined;
  after?: string | undefined;
  order: "asc" | "desc";
}

export interface StoreAround {
  id: string;
  before: number;
  after: number;
  sources: LogSelection | null;
}

export interface StoreSummary {
  sources: StoredLogTotals[];
  oldestUs: number | null;
}

export interface Reader {
  search(query: StoreSearch): Promise<LogSearchAnswer>;
  around(query: StoreAround): Promise<LogAroundAnswer>;
  histogram(query: StoreFilter & { buckets: number }): Promise<LogHistogramAnswer>;
  summary(): Promise<StoreSummary>;
  /** The last line of each run that says what went wrong, by the container's id. */
  causes(queries: readonly CauseQuery[]): Promise<Record<string, CauseLine>>;
  /** Throws the reason a pattern is none. */
  check(spec: LinePatternSpec): void;
  close(): void;
}

export interface ReaderOptions {
  folder: string;
  /** Days whose lines are shown; read by each request. */
  maxDays: () => number;
  /** Time before which no line is shown, in milliseconds. */
  floorMs?: () => number;
  onDamage(error: unknown): void;
}

export function createReader({ folder, maxDays, floorMs = () => 0, onDamage }: ReaderOptions): Reader {
  const catalog = createCatalog(folder, onDamage);
  const limit = pLimit(AT_ONCE);
  const reading = <T>(work: (entries: CatalogEntry[]) => T | Promise<T>) => limit(() => catalog.use(work));

  /** Lines past their age are not shown, though the file they are in goes a little later. */
  const oldestShownUs = () => toMicros(Math.max(Date.now() - maxDays() * DAY_MS, floorMs()));
  const spanOf = ({ since, until }: StoreFilter) => ({
    fromUs: Math.max(oldestShownUs(), since === undefined ? 0 : toMicrosOf(since).first),
    toUs: until === undefined ? Number.MAX_SAFE_INTEGER : toMicrosOf(until).last,
  });

  const run = async (entries: CatalogEntry[], query: StoreSearch): Promise<LogSearchAnswer> => {
    const { before, after, order } = query;
    const plan: SearchPlan = {
      entries,
      sources: selectSources(query.sources),
      ...spanOf(query),
      pattern: createLinePattern(query),
      before: before === undefined ? undefined : parseCursor(before),
      after: after === undefined ? undefined : parseCursor(after),
      backward: before !== undefined && after === undefined ? true : after === undefined && order === "desc",
      limit: query.limit,
      timeLimit: TIME_LIMIT_MS,
      onDamage,
    };
    const { found, marks, reachedUs, ...more } = await search(plan);
    const lines = found.map(toStoredLogLine);
    if (plan.backward !== (order === "desc")) {
      lines.reverse();
      marks.reverse();
    }
    return { lines, marks, ...more, reached: reachedUs === null ? null : formatLineTime(reachedUs) };
  };

  const findLine = (entries: readonly CatalogEntry[], id: string, sources: SourceFilter) => {
    const place = parseLineId(id);
    const segment = entries.find((entry) => entry.segment.number === place.segment)?.segment;
    const stream = segment?.streams().find((row) => row.id === place.stream);
    const us = segment && stream && segment.timeOf(stream.id, place.n);
    // Who may not see it learns neither that it is nor what it is.
    if (us === undefined || us < oldestShownUs() || !stream || !sources.has(stream)) {
      if (!sources.isAll) throw new AppError("forbidden", "You are not allowed to see this line.");
      throw new AppError("not_found", "This line is not kept, or not any more.");
    }
    return { key: { us, ...place } satisfies LineKey, stream };
  };

  return {
    search: (query) => reading((entries) => run(entries, query)),
    around: ({ id, before, after, sources }) =>
      reading(async (entries) => {
        const { key, stream } = findLine(entries, id, selectSources(sources));
        const plan = {
          entries,
          sources: selectSources({ [stream.kind]: [stream.name] }),
          sourceId: stream.sourceId,
          pattern: createLinePattern({ level: [] }),
          fromUs: oldestShownUs(),
          toUs: Number.MAX_SAFE_INTEGER,
          timeLimit: TIME_LIMIT_MS / 2,
          onDamage,
        };
        // The line itself comes with those before it.
        const upTo = { ...key, n: key.n + 1 };
        const older = await search({ ...plan, before: upTo, after: undefined, backward: true, limit: before + 1 });
        const newer =
          after === 0
            ? undefined
            : await search({ ...plan, before: undefined, after: key, backward: false, limit: after });
        const found: FoundLine[] = [...older.found.reverse(), ...(newer?.found ?? [])];
        return {
          id,
          lines: found.map(toStoredLogLine),
          marks: [...older.marks.reverse(), ...(newer?.marks ?? [])],
          older: older.older,
          newer: newer?.newer ?? older.newer,
          place: { before: formatCursor(key), from: formatCursor(justBefore(key)) },
        };
      }),
    histogram: (query) =>
      reading(async (entries) => {
        const span = spanOf(query);
        const sources = selectSources(query.sources);
        const seen = spanOfSeen(entries, sources);
        const oldest = Math.min(seen.minUs, toMicros(Date.now()) - 60_000_000);
        const newest = Math.max(seen.maxUs, toMicros(Date.now()));
        const fromUs = Math.max(span.fromUs, query.since === undefined ? oldest : 0);
        const marks = readLogEvents({ entries, sources }, { fromUs, toUs: span.toUs }, true).filter(
          ({ kind }) => kind !== "begin",
        );
        const counts = await histogram({
          entries,
          sources,
          pattern: createLinePattern(query),
          buckets: query.buckets,
          fromUs,
          toUs: query.until === undefined ? newest : span.toUs,
          timeLimit: TIME_LIMIT_MS,
          onDamage,
        });
        return { ...counts, marks };
      }),
    summary: () =>
      reading((entries) => {
        const oldest = Math.min(...entries.map(({ minUs }) => minUs));
        const oldestUs = Number.isFinite(oldest) ? Math.max(oldest, oldestShownUs()) : null;
        return { sources: summarize(entries), oldestUs };
      }),
    causes: (queries) => reading((entries) => findCauseLines(entries, queries, onDamage)),
    check(spec) {
      createLinePattern(spec);
    },
    close: () => catalog.close(),
  };
}
