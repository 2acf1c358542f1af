import type { Processes } from "../../../shared/pm2/daemons.ts";
import type { DeploymentInstance } from "../../../shared/protocol/deployment.ts";
import type { Log } from "../../../shared/server/log.ts";
import type { SignalSink } from "../engine/engine.ts";
import { createPoll } from "./poll.ts";
import type { SignalSource } from "./source.ts";

const POLL_INTERVAL_MS = 10_000;

/**
 * PM2 processes that PM2 stopped restarting (`errored`), or that restarted, and their CPU and memory. It reads while an enabled rule needs it. PM2
 * counts every restart, including those by people. A process that someone stopped is `stopped`, which is not a failure.
 */
export function createProcessSource(
  processes: Pick<Processes, "survey" | "logSizes">,
  sink: SignalSink,
  log: Log,
  intervalMs = POLL_INTERVAL_MS,
): SignalSource {
  let restarts = new Map<string, number>(); // by PM2 process id
  let isUnknown = (_id: string) => true;
  let wantsSizes = false;
  const reportSizes = async () => {
    for (const [id, bytes] of await processes.logSizes()) {
      // A file that cannot be read has no known size.
      if (bytes === null) continue;
      const value = bytes / 1_048_576;
      const subject = { kind: "process", name: id } as const;
      sink.report("process-log-size", subject, { value, detail: `${Math.round(value)} MiB of logs` });
    }
  };
  const poll = createPoll(
    async () => {
      isUnknown = () => true;
      const survey = await processes.survey();
      const { deployments: list } = survey;
      isUnknown = survey.isUnknown;
      // What is unknown now is compared with its last count later.
      const now = new Map([...restarts].filter(([key]) => isUnknown(key.slice(key.indexOf(" ") + 1))));
      for (const { id, instances } of list) {
        const subject = { kind: "process", name: id } as const;
        const failed = instances.filter(({ status }) => status === "errored").length;
        const detail = failed > 0 ? "PM2 stopped restarting it" : "it runs";
        sink.report("process-failed", subject, { active: failed > 0, detail });
        sink.hold(subject, failed > 0 ? detail : null);
        // One that does not run uses nothing: its alert ends.
        const cpu = sumOf(instances, ({ cpuPercent }) => cpuPercent);
        const memory = sumOf(instances, ({ memoryBytes }) => memoryBytes) / 1_048_576;
        sink.report("process-cpu", subject, { value: cpu, detail: `${Math.round(cpu)}% of one core` });
        sink.report("process-memory", subject, { value: memory, detail: `${Math.round(memory)} MiB` });
        let fresh = 0;
        for (const instance of instances) {
          const key = `${instance.pmId} ${id}`;
          now.set(key, instance.restarts);
          fresh += Math.max(0, instance.restarts - (restarts.get(key) ?? instance.restarts));
        }
        if (fresh > 0) sink.report("process-restarts", subject, { occurrences: fresh, detail: "restarted" });
      }
      restarts = now;
      const listed = new Set(list.map(({ id }) => id));
      sink.settle("process", { has: (id) => listed.has(id) || isUnknown(id) });
      if (wantsSizes) await reportSizes();
    },
    intervalMs,
    log,
    "PM2",
  );
  return {
    want(rules) {
      wantsSizes = rules.some(({ condition }) => condition.kind === "process-log-size");
      poll.set(rules.some(({ condition }) => condition.kind.startsWith("process-")));
    },
    isKnown: (id) => !isUnknown(id),
    close: poll.close,
  };
}

const sumOf = (instances: readonly DeploymentInstance[], of: (instance: DeploymentInstance) => number): number =>
  instances.reduce((sum, instance) => sum + (instance.status === "online" ? of(instance) : 0), 0);
