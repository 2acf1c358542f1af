import type { DockerHost } from "../../shared/docker/docker-host.ts";
import { countContainers, countProcesses } from "../../shared/health/running.ts";
import type { HostMetrics } from "../../shared/metrics/metrics.ts";
import type { ProcessHost } from "../../shared/pm2/processes.ts";
import type { SystemStats } from "../../shared/protocol/system.ts";
import { singleFlight } from "../../shared/server/single-flight.ts";

/** A sample younger than this is shared; the shortest interval a viewer can ask for is one second. */
const SHARED_MS = 900;
/** Containers and processes are counted this often: their daemons are asked, the host is only read. */
const COUNT_MS = 5_000;

type Counts = Pick<SystemStats, "containers" | "pm2Processes">;

export interface SystemSampler {
  sample(): Promise<SystemStats>;
}

/** One sampler of the host for all viewers, at whatever interval each wants. */
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
      if (first) await counted; // later ones are not waited for: a daemon that hangs must not hold up the host's figures
    }
    return { ...(await metrics.sample()), ...counts };
  };

  return {
    sample() {
      if (!current || performance.now() - takenAt > SHARED_MS) {
        takenAt = performance.now();
        const taken = take();
        current = taken;
        // A failed one is not shared; a newer one may stand in its place already.
        taken.catch(() => {
          if (current === taken) current = undefined;
        });
      }
      return current;
    },
  };
}
