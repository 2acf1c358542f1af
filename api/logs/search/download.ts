import { toPlain } from "../../../shared/logs/plain-text.ts";
import { LOG_PAGE_MAX, type StoredLogLine } from "../../../shared/protocol/log-search.ts";
import type { LogStore } from "../log-store.ts";
import type { StoreFilter } from "./reader.ts";

export interface DownloadOptions {
  format: "text" | "ndjson";
  /** In text: time, and name of the log where there may be several, before each line. */
  times: boolean;
}

/**
 * Everything that fits now, oldest first. The next page is searched once the client has taken the one before, and none
 * any more when it has gone. Rejects with what is wrong with the filter before anything is sent.
 */
export async function openDownload(
  store: Pick<LogStore, "search">,
  filter: StoreFilter,
  options: DownloadOptions,
): Promise<ReadableStream<Uint8Array>> {
  const encoder = new TextEncoder();
  const until = filter.until ?? new Date().toISOString();
  const format = options.format === "text" ? toText(options.times, !isOne(filter.sources)) : toJson;
  let after: string | undefined;
  let isLast = false;
  let isOver = false;
  const next = async (): Promise<Uint8Array> => {
    const { lines, newer, complete } = await store.search({
      ...filter,
      until,
      after,
      order: "asc",
      limit: LOG_PAGE_MAX,
    });
    // A page that is whole and not full is the last; a search that ran out of time continues from its position.
    isLast = complete && (lines.length === 0 || newer === null || newer === after);
    after = newer ?? after;
    return encoder.encode(lines.map(format).join(""));
  };
  let first: Uint8Array | undefined = await next();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        let chunk = first ?? new Uint8Array();
        first = undefined;
        while (chunk.length === 0 && !isLast && !isOver) chunk = await next();
        if (isOver) return;
        if (chunk.length > 0) controller.enqueue(chunk);
        if (chunk.length === 0 || isLast) controller.close();
      },
      cancel() {
        isOver = true;
      },
    },
    { highWaterMark: 0 },
  );
}

const isOne = (sources: StoreFilter["sources"]): boolean =>
  sources !== null && Object.values(sources).reduce((sum, names) => sum + (names?.length ?? 2), 0) === 1;

const toText = (times: boolean, named: boolean) => (line: StoredLogLine) =>
  `${times ? `${line.time} ${named ? `${line.container} ` : ""}` : ""}${toPlain(line.text)}\n`;

const toJson = ({ id: _id, ...line }: StoredLogLine) => `${JSON.stringify(line)}\n`;
