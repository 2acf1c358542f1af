import type { Processes } from "../../../shared/pm2/daemons.ts";
import type { AlertRule } from "../../../shared/protocol/alert.ts";
import type { Deployment, DeploymentInstance } from "../../../shared/protocol/deployment.ts";
import type { Log } from "../../../shared/server/log.ts";
import type { SignalSink } from "../engine/engine.ts";
import { concerns } from "../engine/subjects.ts";
import { createKnownPorts, type PortStorage } from "./known-ports.ts";
import { createPoll } from "./poll.ts";
import type { SignalSource } from "./source.ts";

const POLL_INTERVAL_MS = 10_000;

/**
 * PM2 processes that PM2 stopped restarting (`errored`), or that restarted, their CPU and memory, and the ports they listen on. It reads while an
 * enabled rule needs it; ports only of the processes that such a rule is about. PM2 counts every restart, including those by people. A process
 * that someone stopped is `stopped`, which is not a failure.
 *
 * @param ports Stores which ports the processes listened on
 */
export function createProcessSource(
  processes: Pick<Processes, "survey" | "ports" | "logSizes">,
  sink: SignalSink,
  log: Log,
  ports: PortStorage,
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
  let listening: readonly AlertRule[] = [];
  const knownPorts = createKnownPorts(ports);

  const readPorts = async (list: readonly Deployment[], listed: ReadonlySet<string>) => {
    if (listening.length === 0) return;
    const wanted = list.filter(({ id }) => listening.some((rule) => concerns(rule, { kind: "process", name: id })));
    const apps = await processes.ports(new Set(wanted.map(({ id }) => id)));
    const seen = knownPorts.note(apps);
    knownPorts.keepOnly((id) => listed.has(id) || isUnknown(id));
    for (const { id, status } of wanted) {
      const subject = { kind: "process", name: id } as const;
      const found = seen.get(id);
      if (found) sink.report("process-not-listening", subject, { ...found, detail: listensOn(found.open) });
      // One that someone stopped need not listen. Of one that starts, or whose ports are unknown, nothing is known.
      else if (status === "stopped")
        sink.report("process-not-listening", subject, { active: false, detail: "stopped" });
      else
        sink.report("process-not-listening", subject, { active: false, unseen: true, detail: "its ports are unknown" });
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
      await readPorts(list, listed);
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
      listening = rules.filter(({ condition }) => condition.kind === "process-not-listening");
      poll.set(rules.some(({ condition }) => condition.kind.startsWith("process-")));
    },
    isKnown: (id) => !isUnknown(id),
    close: poll.close,
  };
}

const sumOf = (instances: readonly DeploymentInstance[], of: (instance: DeploymentInstance) => number): number =>
  instances.reduce((sum, instance) => sum + (instance.status === "online" ? of(instance) : 0), 0);

const listensOn = (ports: readonly number[]): string =>
  ports.length === 0 ? "listens on no port" : `listens on ${ports.join(", ")}`;
