import { openProcessEvents } from "../../../shared/logs/pm2/process-events.ts";
import type { Processes } from "../../../shared/pm2/daemons.ts";
import { daemonOfDeployment, OWN_DAEMON } from "../../../shared/protocol/daemon-key.ts";
import { delay } from "../../../shared/server/async/backoff.ts";
import type { Log } from "../../../shared/server/log.ts";
import type { CollectedLog } from "./collected-log.ts";
import type { Ingest } from "./ingest.ts";
import { createProcessTasks } from "./process-tasks.ts";
import { shareList } from "./shared-list.ts";

/** Time between two lists of all processes, in case an event was missed. */
const RELIST_MS = 30_000;
/** Events that come together cause one list. */
const SETTLE_MS = 200;

export interface ProcessCollector {
  /** The processes that exist now. */
  logs(): CollectedLog[];
  close(): Promise<void>;
}

export interface ProcessCollectorOptions {
  processes: Processes;
  ingest: Ingest;
  log: Log;
}

/** Follows the log files of the processes of all PM2 daemons, and puts their lines into the ingest. Without a daemon, it waits for one. */
export function startProcessCollector({ processes, ingest, log }: ProcessCollectorOptions): ProcessCollector {
  const closing = new AbortController();
  const events = openProcessEvents(processes);
  const tasks = createProcessTasks({ processes: shareList(processes), events, ingest, log, signal: closing.signal });
  let wake: (() => void) | undefined;
  const onChange = () => wake?.();
  events.on("event", onChange);
  events.on("daemon", onChange);

  const relist = async () => {
    try {
      const { deployments, own, isUnknown } = await processes.survey();
      if (closing.signal.aborted) return;
      // Without the daemon it is unknown what there is: files are still followed.
      const isLost = (id: string) => isUnknown(id) || (own.state !== "up" && daemonOfDeployment(id) === OWN_DAEMON);
      tasks.compare(
        deployments.map(({ id, status }) => ({ id, running: status === "online" })),
        isLost,
      );
    } catch {
      // The next list tries again.
    }
  };
  const watch = async () => {
    while (!closing.signal.aborted) {
      await relist();
      const waiting = new AbortController();
      wake = () => waiting.abort();
      await delay(RELIST_MS, AbortSignal.any([closing.signal, waiting.signal]));
      if (waiting.signal.aborted) await delay(SETTLE_MS, closing.signal);
    }
  };
  const watching = watch();

  return {
    logs: tasks.list,
    async close() {
      closing.abort();
      events.close();
      await Promise.all([watching, tasks.settled()]);
    },
  };
}
