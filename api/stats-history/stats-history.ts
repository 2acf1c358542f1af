import { createHostMetrics } from "../../shared/metrics/metrics.ts";
import type { Processes } from "../../shared/pm2/daemons.ts";
import type {
  HistoryRange,
  ProcessHistory,
  ServiceHistory,
  SystemHistory,
} from "../../shared/protocol/stats-history.ts";
import type { UsageTrends } from "../../shared/protocol/watch.ts";
import type { Config } from "../../shared/server/config.ts";
import type { Log } from "../../shared/server/log.ts";
import type { DockerEngine } from "../docker/docker-engine.ts";
import { type Collector, type CollectorOptions, createCollector, hostKey } from "./collector.ts";
import { openHistoryFile } from "./history-file.ts";
import { createHistoryStore, type HistoryPoints, type HistoryRow, type HistoryStore } from "./history-store.ts";
import { isProcessSeries, processSeries } from "./process-series.ts";
import { toTrends } from "./trends.ts";

/** Current metrics of containers and of the host, and their history. */
export interface StatsHistory extends Pick<Collector, "latest" | "collect"> {
  ofService(name: string, range: HistoryRange): ServiceHistory;
  ofHost(range: HistoryRange): SystemHistory;
  /** @param id Id of a deployment */
  ofProcess(id: string, range: HistoryRange): ProcessHistory;
  /** Whether a deployment of that id, which may be deleted, has a history. */
  knowsProcess(id: string): boolean;
  /** Whether a container of that name, which may be removed, has a history. */
  knows(name: string): boolean;
  /** Usage of every container and process over the last 15 minutes; null when no history is stored. */
  trends(): UsageTrends | null;
  /** Applies a changed interval and changed days. With 0 days the history stays on the disk, unread. */
  applySettings(): void;
  /** Ends the rounds. The history can be read until `close`. */
  stop(): Promise<void>;
  close(): void;
}

export interface StatsHistoryOptions {
  docker: Pick<DockerEngine, "list" | "statsOnce">;
  processes?: Pick<Processes, "survey">;
  onProcesses?: CollectorOptions["onProcesses"];
  config: Pick<Config, "DATA_DIR" | "STATS_INTERVAL" | "STATS_HISTORY_DAYS">;
  log: Log;
}

export function createStatsHistory({ docker, processes, onProcesses, config, log }: StatsHistoryOptions): StatsHistory {
  const interval = () => config.STATS_INTERVAL;
  let store: HistoryStore | undefined;
  let isClosed = false;
  const applyDays = () => {
    const days = config.STATS_HISTORY_DAYS;
    if (days === 0 || isClosed) {
      store?.close();
      store = undefined;
    } else if (store) store.keepDays(days);
    else store = createHistoryStore(openHistoryFile(config.DATA_DIR, log), { interval, days });
  };
  applyDays();
  const collector = createCollector({
    docker,
    processes,
    onProcesses,
    metrics: createHostMetrics(),
    store: () => store,
    log,
    interval,
  });
  const read = (name: string, range: HistoryRange) => {
    const now = Math.floor(Date.now() / 1_000);
    return store?.read(name, range, now) ?? { step: interval(), from: now, to: now, rows: [] };
  };
  return {
    latest: collector.latest,
    collect: collector.collect,
    ofService(name, range) {
      const points = read(name, range);
      return { ...common(points), ...series(points, { memoryLimit: "memoryLimit", read: "first", write: "second" }) };
    },
    ofHost(range) {
      const points = read(hostKey.name, range);
      const own = { memoryTotal: "memoryLimit", diskUsed: "first", diskTotal: "second" } as const;
      return { ...common(points), ...series(points, own) };
    },
    ofProcess(id, range) {
      const { rx: _rx, tx: _tx, ...history } = common(read(processSeries(id), range));
      return history;
    },
    knowsProcess: (id) => store?.knows(processSeries(id)) ?? false,
    knows: (name) => name !== hostKey.name && !isProcessSeries(name) && (store?.knows(name) ?? false),
    trends() {
      if (!store) return null;
      return toTrends(store, interval(), Math.floor(Date.now() / 1_000));
    },
    applySettings() {
      applyDays();
      collector.reschedule();
    },
    stop: collector.stop,
    close() {
      isClosed = true;
      applyDays();
    },
  };
}

/** Rounds to hundredths of a percent and whole bytes, which keeps responses short. */
const short = (value: number) => (value >= 100 ? Math.round(value) : Math.round(value * 100) / 100);

function series<Name extends string>({ rows }: HistoryPoints, picks: Record<Name, keyof HistoryRow>) {
  const names = Object.keys(picks) as Name[];
  return Object.fromEntries(names.map((name) => [name, rows.map((row) => short(row[picks[name]]))])) as Record<
    Name,
    number[]
  >;
}

const common = (points: HistoryPoints) => ({
  step: points.step,
  from: new Date(points.from * 1_000).toISOString(),
  to: new Date(points.to * 1_000).toISOString(),
  times: points.rows.map(({ at }) => at * 1_000),
  ...series(points, { cpu: "cpu", cpuMax: "cpuMax", memory: "memory", memoryMax: "memoryMax", rx: "rx", tx: "tx" }),
});
