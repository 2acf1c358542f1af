import type { FileRoot } from "../../shared/files/root/files.ts";
import type { ProcessHost } from "../../shared/pm2/process-host.ts";
import type { DependencyName, DependencyState } from "../../shared/protocol/system.ts";
import { dependencyState } from "../../shared/server/dependency.ts";
import type { DockerEngine } from "../docker/docker-engine.ts";
import type { RealtimeClient } from "../events/realtime-client.ts";
import { probeRedis } from "./redis-probe.ts";

/** Time that a result is cached: many pages ask, and each daemon is probed once. */
const STATE_AGE_MS = 1_000;

export interface Dependencies {
  /** State of each dependency, within 5 s. Never throws. */
  states(): Promise<Record<DependencyName, DependencyState>>;
}

export interface DependenciesOptions {
  docker: DockerEngine;
  processes: ProcessHost;
  files: FileRoot;
  realtime: RealtimeClient;
  /** `REDIS_URL`, when several realtime servers share one. */
  redisUrl: string | undefined;
}

export function createDependencies({
  docker,
  processes,
  files,
  realtime,
  redisUrl,
}: DependenciesOptions): Dependencies {
  const probeAll = async (): Promise<Record<DependencyName, DependencyState>> => {
    const [dockerState, pm2, fileRoot, realtimeUp, redis] = await Promise.all([
      dependencyState(() => docker.ping()),
      dependencyState(() => processes.ping()),
      dependencyState(() => files.ping()),
      realtime.checkWSHealth(),
      redisUrl === undefined ? undefined : dependencyState(() => probeRedis(redisUrl)),
    ]);
    return {
      docker: dockerState,
      pm2,
      files: fileRoot,
      realtime: realtimeUp
        ? { state: "up" }
        : { state: "down", hint: "The realtime server does not answer; start it." },
      redis: redis ?? {
        state: "absent",
        hint: "It is needed only by several realtime servers, and REDIS_URL is not set.",
      },
    };
  };

  let latest: Promise<Record<DependencyName, DependencyState>> | undefined;
  let lookedAt = 0;
  return {
    states() {
      if (!latest || performance.now() - lookedAt > STATE_AGE_MS) {
        lookedAt = performance.now();
        latest = probeAll();
      }
      return latest;
    },
  };
}
