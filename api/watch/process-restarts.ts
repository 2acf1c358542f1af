import type { Deployment } from "../../shared/protocol/deployment.ts";
import { RESTART_WINDOW_SECONDS } from "../../shared/protocol/watch-limits.ts";

/** Samples of one process: at the shortest interval they span the window. */
const SAMPLES_MAX = 120;
const PROCESSES_MAX = 500;

interface Sample {
  at: number;
  restarts: number;
}

/** How often PM2's processes were restarted lately. PM2 keeps only a total, and counts restarts by people too. */
export interface ProcessRestarts {
  /**
   * Takes the counts of a list that was read at `at`, in milliseconds since the epoch.
   *
   * @param isUnknown Whether the list says nothing about an id: its samples stay
   */
  note(deployments: readonly Deployment[], at: number, isUnknown?: (id: string) => boolean): void;
  /** Restarts since the oldest sample in the window; 0 until there is one. */
  recent(deployment: Deployment, now: number): number;
}

export function createProcessRestarts(): ProcessRestarts {
  let samples = new Map<string, Sample[]>();
  return {
    note(deployments, at, isUnknown = () => false) {
      // Processes that are no longer listed are forgotten with the old map.
      const next = new Map([...samples].filter(([id]) => isUnknown(id)));
      for (const deployment of deployments.slice(0, PROCESSES_MAX)) {
        const restarts = totalOf(deployment);
        const before = (samples.get(deployment.id) ?? []).filter((sample) => isRecent(sample, at));
        // A lower count is of a process that was added anew.
        const kept = before.every((sample) => sample.restarts <= restarts) ? before : [];
        next.set(deployment.id, [...kept, { at, restarts }].slice(-SAMPLES_MAX));
      }
      samples = next;
    },
    recent(deployment, now) {
      const oldest = samples.get(deployment.id)?.find((sample) => isRecent(sample, now));
      return oldest ? Math.max(0, totalOf(deployment) - oldest.restarts) : 0;
    },
  };
}

const isRecent = ({ at }: Sample, now: number) => now - at <= RESTART_WINDOW_SECONDS * 1_000;
const totalOf = ({ instances }: Deployment) => instances.reduce((sum, { restarts }) => sum + restarts, 0);
