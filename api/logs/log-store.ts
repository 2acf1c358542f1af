import { join } from "node:path";
import type {
  LogAroundAnswer,
  LogContainersAnswer,
  LogHistogramAnswer,
  LogSearchAnswer,
  StoredContainer,
} from "../../shared/protocol/log-search.ts";
import type { CauseLine } from "../../shared/protocol/watch.ts";
import type { Config } from "../../shared/server/config.ts";
import { AppError } from "../../shared/server/errors.ts";
import type { Log } from "../../shared/server/log.ts";
import { makePrivateFolder } from "../../shared/server/private-file.ts";
import { createOnDemandWorker } from "../worker/on-demand-worker.ts";
import { startWorker } from "../worker/worker-host.ts";
import type { CollectorWorkerData } from "./collect/collector-worker.ts";
import type { CollectedContainer } from "./collect/container-tasks.ts";
import type { IngestMetrics } from "./collect/ingest.ts";
import { type LogMatches, type LogWatcher, type LogWatchSpec, WATCHES_MAX } from "./collect/watch.ts";
import type { WatchTold } from "./collect/watch-list.ts";
import { listContainers } from "./list-containers.ts";
import type { CauseQuery } from "./search/cause-lines.ts";
import { createLinePattern } from "./search/line-pattern.ts";
import type { StoreAround, StoreFilter, StoreSearch, StoreSummary } from "./search/reader.ts";
import { formatLineTime } from "./store/line-time.ts";
import { STORE_FOLDER } from "./store/segment.ts";
import type { WriterState } from "./store/writer.ts";

/** The logs that are kept, of containers that are and that were. Names of null mean every container. */
export interface LogStore extends LogWatcher {
  search(query: StoreSearch): Promise<LogSearchAnswer>;
  around(query: StoreAround): Promise<LogAroundAnswer>;
  histogram(query: StoreFilter & { buckets: number }): Promise<LogHistogramAnswer>;
  containers(names: readonly string[] | null): Promise<LogContainersAnswer>;
  /** The last line of each run that says what went wrong, by the container's id; none when nothing is kept. */
  causes(queries: readonly CauseQuery[]): Promise<Record<string, CauseLine>>;
  /** How keeping goes; absent when nothing is kept. */
  metrics?(): Promise<LogStoreMetrics>;
  close(): Promise<void>;
}

export interface LogStoreMetrics {
  /** Nothing can be collected or written now. */
  isDegraded: boolean;
  /** Searches and the like that are not answered yet. */
  readersWaiting: number;
  bytesLimit: number;
  /** Undefined while the collecting thread starts. */
  collected: (IngestMetrics & WriterState) | undefined;
}

export interface LogStoreOptions {
  config: Pick<Config, "DATA_DIR" | "DOCKER_HOST" | "LOG_STORE_MAX_BYTES" | "LOG_STORE_MAX_DAYS">;
  log: Log;
}

interface CollectorState extends WriterState, IngestMetrics {
  containers: CollectedContainer[];
  degraded: string | null;
}

/** The thread that searches ends after this long without a search. */
const READER_IDLE_MS = 5 * 60_000;

/** Starts the log store: a worker that collects, and one that searches on demand. Starts none when a budget of 0 turns it off. */
export function createLogStore({ config, log }: LogStoreOptions): LogStore {
  const { DATA_DIR, DOCKER_HOST, LOG_STORE_MAX_BYTES: maxBytes, LOG_STORE_MAX_DAYS: maxDays } = config;
  if (maxBytes === 0 || maxDays === 0) return noStore();
  const folder = join(DATA_DIR, STORE_FOLDER);
  makePrivateFolder(folder);
  const watches = new Map<number, { spec: LogWatchSpec; onMatches(matches: LogMatches): void }>();
  let watchCount = 0;
  const data: CollectorWorkerData = { folder, maxBytes, maxDays, dockerHost: DOCKER_HOST, since: Date.now() };
  const collector = startWorker({
    file: new URL("./collect/collector-worker.ts", import.meta.url),
    name: "log-collector",
    data,
    log,
    onEvent(_name, told) {
      const { watch, matches } = told as WatchTold;
      watches.get(watch)?.onMatches(matches);
    },
    onReady() {
      for (const [id, { spec }] of watches) void collector.call("watch", { id, spec }).catch(() => {});
    },
  });
  const reader = createOnDemandWorker(
    { file: new URL("./search/reader-worker.ts", import.meta.url), name: "log-reader", data: { folder, maxDays }, log },
    READER_IDLE_MS,
  );

  return {
    search: (query) => reader.call("search", query),
    around: (query) => reader.call("around", query),
    histogram: (query) => reader.call("histogram", query),
    async containers(names) {
      const [summary, state] = await Promise.all([
        reader.call<StoreSummary>("summary"),
        collector.call<CollectorState>("state").catch(() => undefined),
      ]);
      const containers: StoredContainer[] = listContainers(summary.sources, state?.containers, names);
      const degraded = state ? state.degraded : "The log store is starting again.";
      return {
        state: degraded === null ? "collecting" : "paused",
        reason: degraded,
        containers,
        budget:
          names === null
            ? {
                bytesUsed: state?.bytesUsed ?? 0,
                bytesLimit: maxBytes,
                daysLimit: maxDays,
                oldest: summary.oldestUs === null ? null : formatLineTime(summary.oldestUs),
                lines: summary.sources.reduce((sum, { lines }) => sum + lines, 0),
                linesDropped: state?.linesDropped ?? 0,
              }
            : null,
      };
    },
    causes: (queries) => (queries.length === 0 ? Promise.resolve({}) : reader.call("causes", queries)),
    async metrics() {
      const collected = await collector.call<CollectorState>("state").catch(() => undefined);
      const isDegraded = collected === undefined || collected.degraded !== null;
      return { isDegraded, readersWaiting: reader.asked, bytesLimit: maxBytes, collected };
    },
    watch(spec, onMatches) {
      if (watches.size >= WATCHES_MAX) throw new AppError("overloaded", "Too many patterns are watched for already.");
      checkSpec(spec);
      const id = ++watchCount;
      watches.set(id, { spec, onMatches });
      void collector.call("watch", { id, spec }).catch(() => {});
      return () => {
        if (watches.delete(id)) void collector.call("unwatch", id).catch(() => {});
      };
    },
    async close() {
      await Promise.all([collector.close(), reader.close()]);
    },
  };
}

const checkSpec = ({ text, regex, levels = [], stream }: LogWatchSpec) =>
  void createLinePattern({ q: text, regex, level: levels, stream });

function noStore(): LogStore {
  const refuse = () =>
    Promise.reject(new AppError("not_supported", "Logs are not kept here: the log store is turned off."));
  return {
    search: refuse,
    around: refuse,
    histogram: refuse,
    causes: async () => ({}),
    containers: async () => ({
      state: "off",
      reason: "Logs are not kept: LOG_STORE_MAX_BYTES or LOG_STORE_MAX_DAYS is 0.",
      containers: [],
      budget: null,
    }),
    watch(spec) {
      checkSpec(spec);
      return () => {};
    },
    close: async () => {},
  };
}
