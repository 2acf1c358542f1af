import { join } from "node:path";
import type { LogLine } from "../../shared/logs/log-source.ts";
import { silentLog } from "../../shared/server/log.ts";
import { tempFolder } from "../../shared/testing/temp-folder.ts";
import { createIngest, type Ingest } from "./collect/ingest.ts";
import { createReader, type Reader, type StoreSearch } from "./search/reader.ts";
import { formatLineTime } from "./store/line-time.ts";
import { containerSubject } from "./store/stream-state.ts";
import { openWriter, type Writer, type WriterOptions } from "./store/writer.ts";

export interface FedLine {
  text: string;
  us: number;
  error?: boolean;
}

export interface TestStore {
  folder: string;
  writer: Writer;
  ingest: Ingest;
  reader: Reader;
  /** Puts lines of a container in; they are written with the next flush. */
  feed(name: string, lines: readonly FedLine[]): void;
  search(query?: Partial<StoreSearch>): ReturnType<Reader["search"]>;
  close(): Promise<void>;
}

/** A store without an Engine, in one thread. */
export async function startStore(options: Partial<WriterOptions> = {}): Promise<TestStore> {
  const temp = await tempFolder("logs");
  const folder = join(temp.path, "log-store");
  const limits = { maxBytes: 256 * 1024 * 1024, maxDays: 14, ...options };
  const writer = openWriter({ folder, ...limits });
  const ingest = createIngest({ writer, log: silentLog() });
  const reader = createReader({ folder, maxDays: () => limits.maxDays, onDamage() {} });
  return {
    folder,
    writer,
    ingest,
    reader,
    feed(name, lines) {
      const stream = ingest.stream(containerSubject(`id-of-${name}`, name));
      if (stream.run === 0) ingest.beginRun(stream, null);
      const logLines = lines.map(
        ({ text, us, error = false }): LogLine => ({
          track: error ? "err" : "out",
          mark: { epoch: "", at: 0 },
          text: `${text}\n`,
          time: formatLineTime(us),
          error,
        }),
      );
      void ingest.put(stream, logLines, String(stream.nextN));
    },
    search: (query = {}) => reader.search({ sources: null, level: [], limit: 200, order: "desc", ...query }),
    async close() {
      ingest.close();
      reader.close();
      writer.close();
      await temp.remove();
    },
  };
}
