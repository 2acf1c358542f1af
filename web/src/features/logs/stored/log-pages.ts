import type { LogSearchAnswer } from "../../../../../shared/protocol/log-search.ts";
import type { LogEntry } from "../live/log-entry.ts";
import type { LogHistory, StoredPlace, StoredQuery } from "./log-history.ts";
import { type StoredLinesOptions, type StoredPage, toStoredEntries } from "./stored-lines.ts";

/** Lines per request. */
export const PAGE = 500;
/** Requests in a row that may find too little, before the reader has to ask again. */
const ROUNDS_MAX = 40;
/** Lines that are enough to stop looking further. */
const ENOUGH = 50;

export interface Page {
  /** Oldest first. */
  entries: LogEntry[];
  older: string | null;
  newer: string | null;
  /** Whether there may be more lines in the direction of the request. */
  more: boolean;
}

/** The instant of a line as the server takes it: the whole of its millisecond, up to its end or from its beginning. */
export const untilOf = (at: number): string => `${new Date(at).toISOString().slice(0, 23)}999999Z`;
export const sinceOf = (at: number): string => new Date(at).toISOString();

/** A time of the page as those of stored lines are written, with nine digits. */
export const nanoOf = (at: number): string => `${new Date(at).toISOString().slice(0, 23)}000000Z`;

function shift(time: string, by: 1 | -1): string {
  const [seconds = "", fraction = ""] = time.replace("Z", "").split(".");
  const nanoseconds = BigInt(Date.parse(`${seconds}Z`)) * 1_000_000n + BigInt(fraction.padEnd(9, "0")) + BigInt(by);
  const at = new Date(Number(nanoseconds / 1_000_000_000n) * 1_000).toISOString();
  return `${at.slice(0, 19)}.${String(nanoseconds % 1_000_000_000n).padStart(9, "0")}Z`;
}
/** The instants, in nanoseconds, next to one that is written as those of stored lines are. */
export const justBefore = (time: string): string => shift(time, -1);
export const justAfter = (time: string): string => shift(time, 1);

const earlier = (left: string | undefined, right: string | undefined) =>
  left === undefined || (right !== undefined && Date.parse(right) <= Date.parse(left)) ? right : left;
const later = (left: string | undefined, right: string | undefined) =>
  left === undefined || (right !== undefined && Date.parse(right) >= Date.parse(left)) ? right : left;

/** The part of a query that lies between two times, both included, which may be finer than those of the query. */
export const within = (query: StoredQuery, { since, until }: { since?: string; until?: string }): StoredQuery => ({
  ...query,
  since: later(query.since, since),
  until: earlier(query.until, until),
});

const oldestFirst = ({ lines, marks }: LogSearchAnswer, order: "asc" | "desc"): StoredPage =>
  order === "asc" ? { lines, marks } : { lines: lines.toReversed(), marks: marks.toReversed() };

export interface ReadPageOptions extends StoredLinesOptions {
  history: LogHistory;
  query: StoredQuery;
  place: Omit<StoredPlace, "limit"> & { limit?: number };
  signal: AbortSignal;
  /** A search through much that does not match: how far it came, as ISO 8601. */
  onReached?: (time: string | null) => void;
}

/** Reads one page, in several requests where matching lines are rare; each has a limit of time at the server. */
export async function readPage({
  history,
  query,
  place,
  signal,
  onReached,
  ...options
}: ReadPageOptions): Promise<Page> {
  const { order, limit = PAGE } = place;
  let { before, after } = place;
  let found: StoredPage = { lines: [], marks: [] };
  let older: string | null | undefined;
  let newer: string | null | undefined;
  for (let round = 1; ; round++) {
    const answer = await history.search(query, { order, limit, before, after }, signal);
    const page = oldestFirst(answer, order);
    if (order === "desc") {
      found = { lines: [...page.lines, ...found.lines], marks: [...page.marks, ...found.marks] };
      older = before = answer.older ?? undefined;
      newer ??= answer.newer;
    } else {
      found = { lines: [...found.lines, ...page.lines], marks: [...found.marks, ...page.marks] };
      newer = after = answer.newer ?? undefined;
      older ??= answer.older;
    }
    const more = order === "desc" ? answer.older !== null : !answer.complete || answer.lines.length >= limit;
    onReached?.(answer.complete ? null : answer.reached);
    const goesOn = !answer.complete && more && found.lines.length < Math.min(ENOUGH, limit) && round < ROUNDS_MAX;
    if (goesOn && !signal.aborted) continue;
    return { entries: toStoredEntries(found, options), older: older ?? null, newer: newer ?? null, more };
  }
}
