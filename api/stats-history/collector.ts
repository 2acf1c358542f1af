import { type ContainerSample, toSample } from "../../shared/docker/container-sample.ts";
import type { HostSample } from "../../shared/metrics/host-sample.ts";
import type { HostMetrics } from "../../shared/metrics/metrics.ts";
import { sumTraffic } from "../../shared/metrics/traffic.ts";
import type { Processes } from "../../shared/pm2/daemons.ts";
import type { Deployment } from "../../shared/protocol/deployment.ts";
import type { Service } from "../../shared/protocol/service.ts";
import { eachAtOnce } from "../../shared/server/async/each-at-once.ts";
import { UnavailableError } from "../../shared/server/dependency.ts";
import { AppError } from "../../shared/server/errors.ts";
import type { Log } from "../../shared/server/log.ts";
import type { DockerEngine } from "../docker/docker-engine.ts";
import type { HistorySample, HistoryStore, SeriesKey } from "./history-store.ts";
import { processSeries } from "./process-series.ts";

/** Containers sampled each round. Containers beyond this number have no history. */
const CONTAINERS_MAX = 500;
/** PM2 apps stored each round. */
const PROCESSES_MAX = 200;
/** Requests to the Engine at once. */
const AT_ONCE = 4;
/** Interval at which expired rows are deleted, in seconds. */
const PRUNE_SECONDS = 600;

/** The newest metrics of a running container. */
export interface LatestStats {
  containerId: string;
  name: string;
  /** Percent of one core. */
  cpuPercent: number;
  memoryBytes: number;
  /** The container's own limit, or the memory of the host. */
  memoryLimitBytes: number;
  /** Milliseconds since the epoch. */
  at: number;
}

export interface Collector {
  /** Of each running container by its name, as of the last round. */
  latest(): ReadonlyMap<string, LatestStats>;
  /** Runs one round now, as the timer does. */
  collect(): Promise<void>;
  /** Starts the wait for the next round again, with the interval of now. */
  reschedule(): void;
  stop(): Promise<void>;
}

export interface CollectorOptions {
  docker: Pick<DockerEngine, "list" | "statsOnce">;
  /** PM2's processes; without it they have no history. */
  processes?: Pick<Processes, "survey">;
  /** Gets each list of processes, with its time in milliseconds since the epoch, and which ids it says nothing about. */
  onProcesses?:
    | ((deployments: readonly Deployment[], at: number, isUnknown: (id: string) => boolean) => void)
    | undefined;
  /** Used by the collector only: rates are measured between two calls. */
  metrics: Pick<HostMetrics, "sample">;
  /** Read in each round; without one, metrics are measured and not stored. */
  store: () => HistoryStore | undefined;
  log: Log;
  /** Seconds between two rounds; 0 runs rounds on request only. Read before each wait. */
  interval: () => number;
  now?: () => number;
}

interface Measured {
  document: StatsDocument;
  sample: ContainerSample | undefined;
}
interface StatsDocument {
  read: string;
  cpu_stats: object;
  precpu_stats?: { system_cpu_usage?: number };
}

/** Samples every running container and the host while the server runs, with one request per container and round. */
export function createCollector(options: CollectorOptions): Collector {
  const { docker, processes, onProcesses, metrics, store, log, interval, now = Date.now } = options;
  let measured = new Map<string, Measured>();
  let latest = new Map<string, LatestStats>();
  let prunedAt = 0;
  let failing = false;
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let round: Promise<void> | undefined;

  /** A one-shot response has no sample to compare with; the sample of the previous round is used. */
  const measure = async ({ id }: Service): Promise<Measured | undefined> => {
    const document = (await docker.statsOnce(id)) as StatsDocument | undefined;
    if (typeof document?.read !== "string") return undefined;
    const before = measured.get(id)?.document;
    return { document, sample: toSample(before ? { ...document, precpu_stats: before.cpu_stats } : document) };
  };

  const collectContainers = async (at: number) => {
    const running = (await docker.list()).filter(({ state }) => state === "running").slice(0, CONTAINERS_MAX);
    const next = new Map<string, Measured>();
    const samples = new Map<string, LatestStats>();
    const rows: { key: SeriesKey; sample: HistorySample }[] = [];
    await eachAtOnce(running, AT_ONCE, async (service) => {
      if (stopped) return;
      // A container that stopped meanwhile does not end the round; an Engine that is gone does.
      const found = await measure(service).catch((error: unknown) => {
        if (error instanceof UnavailableError || !(error instanceof AppError)) throw error;
      });
      if (!found) return;
      const before = measured.get(service.id);
      next.set(service.id, found);
      if (!found.sample) return;
      const { cpuPercent, memoryBytes, memoryLimitBytes } = found.sample;
      samples.set(service.name, {
        containerId: service.id,
        name: service.name,
        cpuPercent,
        memoryBytes,
        memoryLimitBytes,
        at,
      });
      const key = { name: service.name, container: service.id };
      rows.push({ key, sample: toHistory(found.sample, before?.sample) });
    });
    measured = next;
    latest = samples;
    return rows;
  };

  /** Nothing is stored for a daemon while it is away, or when its list is not what it should be. */
  const collectProcesses = async (at: number) => {
    const survey = await processes?.survey();
    const list = survey?.deployments ?? [];
    if (survey) onProcesses?.(list, at, survey.isUnknown);
    const running = list.filter(({ status }) => status === "online");
    return running.slice(0, PROCESSES_MAX).map(toProcessRow);
  };

  const collect = async () => {
    const at = now();
    const seconds = Math.floor(at / 1_000);
    const [containers, host, apps] = await Promise.allSettled([
      collectContainers(at),
      metrics.sample(),
      collectProcesses(at),
    ]);
    if (stopped) return;
    if (containers.status === "rejected") {
      latest = new Map();
      if (!(containers.reason instanceof UnavailableError))
        log.warn({ err: containers.reason }, "containers could not be measured");
    }
    const rows = containers.status === "fulfilled" ? containers.value : [];
    if (host.status === "fulfilled") rows.push({ key: hostKey, sample: ofHost(host.value) });
    if (apps.status === "fulfilled") rows.push(...apps.value);
    try {
      store()?.add(seconds, rows);
      if (Math.abs(seconds - prunedAt) >= PRUNE_SECONDS) {
        prunedAt = seconds;
        store()?.prune(seconds);
      }
      failing = false;
    } catch (error) {
      // Logged once: a full disk is still full at the next round.
      if (!failing) log.error({ err: error }, "the metrics history cannot be written");
      failing = true;
      prunedAt = 0;
    }
  };

  let isCollecting = false;
  const wait = () => {
    clearTimeout(timer);
    if (stopped || isCollecting || interval() <= 0) return;
    const every = interval() * 1_000;
    timer = setTimeout(
      () => {
        isCollecting = true;
        round = collect()
          .catch((error: unknown) => log.error({ err: error }, "a round of measurements failed"))
          .finally(() => {
            isCollecting = false;
            wait();
          });
      },
      every - (now() % every),
    );
    timer.unref();
  };
  wait();

  return {
    latest: () => latest,
    collect,
    reschedule: wait,
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await round;
    },
  };
}

/** The series of the host has an empty name, which no container can have. */
export const hostKey: SeriesKey = { name: "", container: "" };

function toHistory(sample: ContainerSample, before: ContainerSample | undefined): HistorySample {
  const seconds = before ? (Date.parse(sample.timestamp) - Date.parse(before.timestamp)) / 1_000 : 0;
  // A counter that decreased restarted with its container.
  const rate = (pick: (of: ContainerSample) => number) =>
    before && seconds > 0 ? Math.max(0, (pick(sample) - pick(before)) / seconds) : 0;
  return {
    cpu: sample.cpuPercent,
    memory: sample.memoryBytes,
    memoryLimit: sample.memoryLimitBytes,
    rx: rate((of) => of.networkRxBytes),
    tx: rate((of) => of.networkTxBytes),
    first: rate((of) => of.blockReadBytes),
    second: rate((of) => of.blockWriteBytes),
  };
}

/** All instances of a process together. */
function toProcessRow({ id, instances }: Deployment): { key: SeriesKey; sample: HistorySample } {
  const sum = (of: (instance: Deployment["instances"][number]) => number) =>
    instances.reduce((total, instance) => total + of(instance), 0);
  const sample = {
    cpu: sum(({ cpuPercent }) => cpuPercent),
    memory: sum(({ memoryBytes }) => memoryBytes),
    memoryLimit: 0,
    rx: 0,
    tx: 0,
    first: 0,
    second: 0,
  };
  return { key: { name: processSeries(id), container: "" }, sample };
}

function ofHost({ cpu, memory, disks, network }: HostSample): HistorySample {
  const disk = disks.find(({ mount }) => mount === "/") ?? disks[0];
  return {
    cpu: cpu.usage,
    memory: memory.used,
    memoryLimit: memory.total,
    ...sumTraffic(network),
    first: disk?.used ?? 0,
    second: disk?.total ?? 0,
  };
}
