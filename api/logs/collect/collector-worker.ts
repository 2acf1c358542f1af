import { workerData } from "node:worker_threads";
import { createDockerHost } from "../../../shared/docker/docker-host.ts";
import { createHelperBridge } from "../../../shared/helper/bridge.ts";
import { createHelperClient } from "../../../shared/helper/client.ts";
import { createProcesses } from "../../../shared/pm2/daemons.ts";
import type { Config } from "../../../shared/server/config.ts";
import { answerCalls, tell } from "../../worker/worker-calls.ts";
import { createWorkerLog } from "../../worker/worker-log.ts";
import { type AppendBatch, takeAppended } from "../append.ts";
import { openWriter } from "../store/writer.ts";
import { startCollector } from "./collector.ts";
import { createIngest } from "./ingest.ts";
import { startProcessCollector } from "./process-collector.ts";
import type { LogWatchSpec } from "./watch.ts";
import { createWatchList } from "./watch-list.ts";

export interface CollectorWorkerData {
  folder: string;
  dockerHost: string;
  /** PM2_HOME of the panel's own daemon. */
  pm2Home: string;
  /** Which other daemons are shown. */
  pm2Daemons: Config["PM2_DAEMONS"];
  maxBytes: number;
  maxDays: number;
  /** When the API began. */
  since: number;
}

const MAINTENANCE_MS = 3_600_000;

/** Follows the containers and writes what they say, in a thread of its own. */
const { folder, dockerHost, pm2Home, pm2Daemons, maxBytes, maxDays, since } = workerData as CollectorWorkerData;
const log = createWorkerLog();
const watches = createWatchList((told) => tell({ kind: "event", name: "matches", data: told }));
const writer = openWriter({ folder, maxBytes, maxDays });
const ingest = createIngest({ writer, log, onWritten: (written) => watches.look(written) });
const docker = createDockerHost({ dockerHost });
const collector = startCollector({ docker, ingest, log, since });
const processCollector = startProcessCollector({
  processes: createProcesses({
    pm2Home,
    shown: pm2Daemons,
    bridge: createHelperBridge(createHelperClient()),
  }),
  ingest,
  log,
});

const maintaining = setInterval(() => ingest.maintain(), MAINTENANCE_MS);

answerCalls({
  state: () => ({
    ...writer.state(),
    ...ingest.metrics(),
    logs: [...collector.containers(), ...processCollector.logs()],
    degraded: ingest.degraded ?? collector.degraded ?? null,
  }),
  append: (batches: AppendBatch[]) => takeAppended(ingest, batches),
  watch: (watch: { id: number; spec: LogWatchSpec }) => watches.add(watch),
  unwatch: (id: number) => watches.remove(id),
  limits: (limits: { maxBytes: number; maxDays: number }) => writer.setLimits(limits.maxBytes, limits.maxDays),
  async close() {
    clearInterval(maintaining);
    watches.close();
    await Promise.all([collector.close(), processCollector.close()]);
    ingest.close();
    writer.close();
  },
});
