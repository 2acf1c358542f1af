import type { Accessor } from "solid-js";
import { isRefusal } from "../../../lib/api/failure.ts";
import { plainText } from "../../../lib/terminal-text.ts";
import type { LogEntry, LogLine, LogOrigin } from "../live/log-entry.ts";
import type { Direction } from "../live/log-timeline.ts";
import { type LogQuery, toStoredQuery } from "../search/log-query.ts";
import type { LinePlace, LogHistory } from "./log-history.ts";
import {
  justAfter,
  justBefore,
  nanoOf,
  PAGE,
  type ReadPageOptions,
  readPage,
  sinceOf,
  untilOf,
  within,
} from "./log-pages.ts";

/** Characters of an untimed line that are searched for. */
const WORDS_MAX = 200;
/** How much later the history may have read a line than the stream. */
const LATER_MS = 60_000;

export interface StoredLookupOptions {
  history: Accessor<LogHistory | undefined>;
  query: Accessor<LogQuery>;
  originOf(container: string): LogOrigin | undefined;
  shown(): readonly LogEntry[];
  /** Of what is being read now. */
  signal(): AbortSignal;
  onReached(time: string | null): void;
}

/** Looks single lines up among the stored ones, without showing them. */
export function createStoredLookup({ history, query, originOf, shown, signal, onReached }: StoredLookupOptions) {
  const linesOf = async (options: Pick<ReadPageOptions, "history" | "query" | "place" | "onReached">) => {
    const page = await readPage({ ...options, takeIds: () => 0, originOf, signal: signal() });
    return page.entries.filter((entry): entry is LogLine => entry.kind === "line");
  };
  /** Undefined for a line that is gone: who sees only some logs is refused then. */
  const placeOf = (stored: LogHistory, id: string) =>
    stored.placeOf(id, signal()).catch((error: unknown) => {
      if (isRefusal(error)) return undefined;
      throw error;
    });
  return {
    placeOf: async (id: string): Promise<LinePlace | undefined> => history()?.placeOf(id, signal()),

    /** The id of the next line that matches the search and lies beyond what is shown. */
    async findBeyond(direction: Direction): Promise<string | undefined> {
      const stored = history();
      const edge = direction === "older" ? shown()[0] : shown().at(-1);
      if (!stored || !edge || query().text === "") return undefined;
      const isOlder = direction === "older";
      const wanted = toStoredQuery(query(), true);
      const line = edge.kind === "line" && edge.storedId !== undefined ? edge : undefined;
      const place = line?.storedId ? await placeOf(stored, line.storedId) : undefined;
      // An event stands before all lines of its time.
      const at = (edge.kind === "notice" ? edge.time : line?.time) ?? nanoOf(edge.at);
      const from = edge.kind === "notice" ? at : justAfter(at);
      const [found] = await linesOf({
        history: stored,
        query: place ? wanted : within(wanted, isOlder ? { until: justBefore(at) } : { since: from }),
        place: {
          order: isOlder ? "desc" : "asc",
          limit: 1,
          ...(place && (isOlder ? { before: place.before } : { after: place.after })),
        },
        onReached,
      });
      return found?.storedId;
    },

    /** The id a line of a stream is stored under. */
    async idOf({ time, text, stream, origin, approximate }: LogLine): Promise<string | undefined> {
      const stored = history();
      if (!stored) return undefined;
      const at = Date.parse(time);
      // An untimed line is the newest with its text.
      const words = plainText(text).slice(0, WORDS_MAX);
      const query = approximate
        ? { stream, ...(words && { text: words }), until: untilOf(at + LATER_MS) }
        : { stream, since: sinceOf(at), until: untilOf(at) };
      const order = approximate ? "desc" : "asc";
      const lines = await linesOf({ history: stored, query, place: { order, limit: PAGE } });
      return (approximate ? lines.reverse() : lines).find(
        (line) => line.text === text && line.origin?.name === origin?.name,
      )?.storedId;
    },
  };
}
