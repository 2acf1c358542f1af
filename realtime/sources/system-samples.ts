import type { DockerHost } from "../../shared/docker/docker-host.ts";
import { countContainers, countProcesses } from "../../shared/health/running.ts";
import type { HostMetrics } from "../../shared/metrics/metrics.ts";
import type { ProcessHost } from "../../shared/pm2/process-host.ts";
import type { SystemStats } from "../../shared/protocol/system.ts";
import { singleFlight } from "../../shared/server/async/single-flight.ts";

/** A younger sample is shared; the shortest interval of a viewer is one second. */
const SHARED_MS = 900;
/** Interval at which containers and processes are counted, which needs calls to their daemons. */
const COUNT_MS = 5_000;

type Counts = Pick<SystemStats, "containers" | "pm2Processes">;

export interface SystemSampler {
  sample(): Promise<SystemStats>;
}

/** One sampler of the host for all viewers, whatever their intervals. */
export function createSystemSampler(metrics: HostMetrics, docker: DockerHost, processes: ProcessHost): SystemSampler {
  let counts: Counts = { containers: null, pm2Processes: null };
  let countedAt = Number.NEGATIVE_INFINITY;
  let current: Promise<SystemStats> | undefined;
  let takenAt = Number.NEGATIVE_INFINITY;

  const count = singleFlight(async (): Promise<void> => {
    const [containers, deployments] = await Promise.allSettled([docker.list(), processes.list()]);
    counts = {
      containers: containers.status === "fulfilled" ? countContainers(containers.value) : null,
      pm2Processes: deployments.status === "fulfilled" ? countProcesses(deployments.value) : null,
    };
  });

  const take = async (): Promise<SystemStats> => {
    const first = countedAt === Number.NEGATIVE_INFINITY;
    if (!count.running && performance.now() - countedAt > COUNT_MS) {
      countedAt = performance.now();
      const counted = count();
      if (first) await counted; // only the first time: a hanging daemon must not delay the metrics of the host
    }
    return { ...(await metrics.sample()), ...counts };
  };

  return {
    sample() {
      if (!current || performance.now() - takenAt > SHARED_MS) {
        takenAt = performance.now();
        const taken = take();
        current = taken;
        // A failed sample is not shared, unless a newer one has replaced it.
        taken.catch(() => {
          if (current === taken) current = undefined;
        });
      }
      return current;
    },
  };
}
