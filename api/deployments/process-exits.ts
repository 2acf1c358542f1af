import type { Deployment } from "../../shared/protocol/deployment.ts";
import type { DeploymentDetails, ProcessExit } from "../../shared/protocol/deployment-details.ts";

const MAX_PROCESSES = 500;
const MAX_EXITS = 50;

/** How often processes ended, and with what, since the API started: PM2 only keeps a count and the last exit code. */
export interface ProcessExits {
  /**
   * Takes a list that was read at `at`, in milliseconds since the epoch.
   *
   * @param isUnknown Whether the list says nothing about an id: what is known of it stays
   */
  note(deployments: readonly Deployment[], at: number, isUnknown?: (id: string) => boolean): void;
  of(id: string): DeploymentDetails["exits"];
}

interface Known {
  restarts: ReadonlyMap<number, number>;
  exits: ProcessExit[];
}

export function createProcessExits(): ProcessExits {
  let apps = new Map<string, Known>();
  let since: number | undefined;
  return {
    note(deployments, at, isUnknown = () => false) {
      since ??= at;
      const next = new Map([...apps].filter(([id]) => isUnknown(id)));
      // Processes that are no longer listed are forgotten with the old map.
      for (const { id, instances } of deployments.slice(0, MAX_PROCESSES)) {
        const before = apps.get(id);
        const fresh = instances.flatMap((instance): ProcessExit[] => {
          const { pmId, exitCode, startedAt } = instance;
          const restarts = instance.restarts - (before?.restarts.get(pmId) ?? instance.restarts);
          // A lower count was reset, or is of a process that was added anew.
          if (restarts <= 0) return [];
          return [{ at: startedAt ?? new Date(at).toISOString(), pmId, restarts, exitCode }];
        });
        next.set(id, {
          restarts: new Map(instances.map(({ pmId, restarts }) => [pmId, restarts])),
          exits: [...fresh.reverse(), ...(before?.exits ?? [])].slice(0, MAX_EXITS),
        });
      }
      apps = next;
    },
    of: (id) => ({
      since: since === undefined ? null : new Date(since).toISOString(),
      list: apps.get(id)?.exits ?? [],
    }),
  };
}
