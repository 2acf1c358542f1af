import { join } from "node:path";
import type {
  LogAroundAnswer,
  LogContainersAnswer,
  LogHistogramAnswer,
  LogSearchAnswer,
  LogSourceKind,
  StoredContainer,
} from "../../shared/protocol/log-search.ts";
import type { CauseLine } from "../../shared/protocol/watch.ts";
import type { Config } from "../../shared/server/config.ts";
import { AppError } from "../../shared/server/errors.ts";
import type { Log } from "../../shared/server/log.ts";
import { makePrivateFolder } from "../../shared/server/private-file.ts";
import { createOnDemandWorker, type OnDemandWorker } from "../worker/on-demand-worker.ts";
import { startWorker, type WorkerHost } from "../worker/worker-host.ts";
import { type AppendedEntry, type AppendSource, createAppender } from "./append.ts";
import type { CollectedLog } from "./collect/collected-log.ts";
import type { CollectorWorkerData } from "./collect/collector-worker.ts";
import type { IngestMetrics } from "./collect/ingest.ts";
import { type LogMatches, type LogWatcher, type LogWatchSpec, WATCHES_MAX } from "./collect/watch.ts";
import type { WatchTold } from "./collect/watch-list.ts";
import { listStored } from "./list-stored.ts";
import { openRetentionFloor } from "./retention-floor.ts";
import type { CauseQuery } from "./search/cause-lines.ts";
import { createLinePattern } from "./search/line-pattern.ts";
import { type LogSelection, selectSources } from "./search/log-selection.ts";
import type { StoreAround, StoreFilter, StoreSearch, StoreSummary } from "./search/reader.ts";
import type { ReaderLimits } from "./search/reader-worker.ts";
import { formatLineTime } from "./store/line-time.ts";
import { STORE_FOLDER } from "./store/segment.ts";
import type { WriterState } from "./store/writer.ts";

/**
 * The log history: lines of containers, PM2 processes and MCP servers, in one store with one budget. The collecting thread
 * reads containers and processes by itself; other parts of the API hand their lines to `append`.
 */
export interface LogStore extends LogWatcher {
  search(query: StoreSearch): Promise<LogSearchAnswer>;
  around(query: StoreAround): Promise<LogAroundAnswer>;
  histogram(query: StoreFilter & { buckets: number }): Promise<LogHistogramAnswer>;
  /** What is stored of each log. @param selection null: every log */
  containers(selection: LogSelection | null): Promise<LogContainersAnswer>;
  /**
   * Stores lines, starts and ends of a log that the API itself reads, in the order of the calls. Never waits and never
   * fails: what the store cannot take is dropped, and a gap is noted before the next line. Does nothing while no logs are
   * stored.
   */
  append(source: AppendSource, entries: readonly AppendedEntry[]): void;
  /** The last line of each run that says what went wrong, by the container's id; none while no logs are stored. */
  causes(queries: readonly CauseQuery[]): Promise<Record<string, CauseLine>>;
  /** State of the log store; undefined while no logs are stored. */
  metrics(): Promise<LogStoreMetrics | undefined>;
  /** Applies changed budgets: starts, changes or ends the storing of logs. What is stored stays when it ends. */
  applyLimits(): Promise<void>;
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
  config: Pick<
    Config,
    "DATA_DIR" | "DOCKER_HOST" | "PM2_HOME" | "PM2_DAEMONS" | "LOG_STORE_MAX_BYTES" | "LOG_STORE_MAX_DAYS"
  >;
  log: Log;
}

interface CollectorState extends WriterState, IngestMetrics {
  logs: CollectedLog[];
  degraded: string | null;
}

/** The thread that searches ends after this long without a search. */
const READER_IDLE_MS = 5 * 60_000;

/**
 * Starts the log store: a worker that collects, and one that searches on demand. Budgets are read from `config` now and by
 * `applyLimits`; a budget of 0 runs no worker.
 * Long because each call of its interface acts on the same two workers.
 */
export function createLogStore({ config, log }: LogStoreOptions): LogStore {
  const watches = new Map<number, Watch>();
  let watchCount = 0;
  let isClosed = false;
  const isOn = () => config.LOG_STORE_MAX_BYTES > 0 && config.LOG_STORE_MAX_DAYS > 0 && !isClosed;
  let workers = isOn() ? startWorkers(config, watches, log) : undefined;
  let changing = Promise.resolve();

  const applyToWorkers = ({ setLimits }: Workers) => setLimits(config.LOG_STORE_MAX_BYTES, config.LOG_STORE_MAX_DAYS);
  /** Starts or ends the workers, one change after the other. */
  const change = async () => {
    if (isOn()) {
      if (workers) return applyToWorkers(workers);
      workers = startWorkers(config, watches, log);
      return;
    }
    const ended = workers;
    workers = undefined;
    await ended?.close();
  };
  const applyLimits = () => {
    if (isOn() && workers) return applyToWorkers(workers);
    const changed = changing.then(change);
    changing = changed.catch(() => {});
    return changed;
  };
  const reader = () => {
    if (!workers) throw new AppError("not_supported", "Logs are not stored here: the log store is turned off.");
    return workers.reader;
  };
  const appender = createAppender(() => workers?.collector, log);
  const send = (method: string, argument: unknown) => void workers?.collector.call(method, argument).catch(() => {});

  return {
    search: async (query) => reader().call("search", query),
    around: async (query) => reader().call("around", query),
    histogram: async (query) => reader().call("histogram", query),
    async containers(selection) {
      if (!workers) return turnedOff();
      const { maxBytes, maxDays } = workers.limits;
      const [summary, state] = await Promise.all([
        workers.reader.call<StoreSummary>("summary"),
        workers.collector.call<CollectorState>("state").catch(() => undefined),
      ]);
      const sources = selectSources(selection);
      const listOf = (kind: LogSourceKind): StoredContainer[] =>
        listStored(kind, summary.sources, kind === "mcp" ? undefined : state?.logs, sources);
      const degraded = state ? state.degraded : "The log store is starting again.";
      return {
        state: degraded === null ? "collecting" : "paused",
        reason: degraded,
        containers: listOf("container"),
        processes: listOf("process"),
        mcp: listOf("mcp"),
        budget:
          selection === null
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
    causes: async (queries) => (workers && queries.length > 0 ? workers.reader.call("causes", queries) : {}),
    async metrics() {
      if (!workers) return undefined;
      const { limits, reader, collector } = workers;
      const collected = await collector.call<CollectorState>("state").catch(() => undefined);
      const isDegraded = collected === undefined || collected.degraded !== null;
      return { isDegraded, readersWaiting: reader.asked, bytesLimit: limits.maxBytes, collected };
    },
    watch(spec, onMatches) {
      if (watches.size >= WATCHES_MAX) throw new AppError("overloaded", "Too many patterns are watched for already.");
      checkSpec(spec);
      const id = ++watchCount;
      watches.set(id, { spec, onMatches });
      send("watch", { id, spec });
      return () => {
        if (watches.delete(id)) send("unwatch", id);
      };
    },
    append: appender.append,
    applyLimits,
    async close() {
      await appender.flush();
      isClosed = true;
      await applyLimits();
    },
  };
}

interface Watch {
  spec: LogWatchSpec;
  onMatches(matches: LogMatches): void;
}

interface Workers {
  collector: WorkerHost;
  reader: OnDemandWorker;
  readonly limits: { maxBytes: number; maxDays: number };
  setLimits(maxBytes: number, maxDays: number): Promise<void>;
  close(): Promise<void>;
}

function startWorkers(config: LogStoreOptions["config"], watches: ReadonlyMap<number, Watch>, log: Log): Workers {
  const folder = join(config.DATA_DIR, STORE_FOLDER);
  makePrivateFolder(folder);
  // A thread that starts again reads these objects again.
  const data: CollectorWorkerData = {
    folder,
    maxBytes: config.LOG_STORE_MAX_BYTES,
    maxDays: config.LOG_STORE_MAX_DAYS,
    dockerHost: config.DOCKER_HOST,
    pm2Home: config.PM2_HOME,
    pm2Daemons: config.PM2_DAEMONS,
    since: Date.now(),
  };
  const floor = openRetentionFloor(folder, log);
  floor.apply(data.maxDays);
  const readerData: ReaderLimits & { folder: string } = { folder, maxDays: data.maxDays, floorMs: floor.ms };
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
    { file: new URL("./search/reader-worker.ts", import.meta.url), name: "log-reader", data: readerData, log },
    READER_IDLE_MS,
  );
  return {
    collector,
    reader,
    limits: data,
    async setLimits(maxBytes, maxDays) {
      Object.assign(data, { maxBytes, maxDays });
      floor.apply(maxDays);
      const limits: ReaderLimits = { maxDays, floorMs: floor.ms };
      Object.assign(readerData, limits);
      await Promise.all([collector.call("limits", { maxBytes, maxDays }), reader.callRunning("limits", limits)]);
    },
    async close() {
      await Promise.all([collector.close(), reader.close()]);
    },
  };
}

const checkSpec = ({ text, regex, levels = [], stream }: LogWatchSpec) =>
  void createLinePattern({ q: text, regex, level: levels, stream });

const turnedOff = (): LogContainersAnswer => ({
  state: "off",
  reason: "Logs are not stored: LOG_STORE_MAX_BYTES or LOG_STORE_MAX_DAYS is 0.",
  containers: [],
  processes: [],
  mcp: [],
  budget: null,
});
