import { closeSync, openSync, readSync } from "node:fs";
import type { ContainerIdentity } from "../../docker/docker-host.ts";

export interface RunProbe {
  /** Whether the first process of the run has ended. Costs one system call. */
  isOver(): boolean;
  close(): void;
}

/** Longest first read of a list of control groups, in bytes; each line is below 200. */
const GROUPS_MAX = 4_096;

/**
 * Watches the first process of a container's run by the kernel, which knows of its end before anything of the next run can
 * be written; the Engine's event comes later on a busy host. Gives `over` when there is no such process, and undefined
 * where that is unknown: the Engine is in another process namespace, or this is not Linux.
 */
export function openRunProbe({ id, pid }: Pick<ContainerIdentity, "id" | "pid">): RunProbe | "over" | undefined {
  if (pid === 0) return undefined;
  let file: number;
  try {
    file = openSync(`/proc/${pid}/cgroup`, "r");
  } catch (error) {
    return isGone(error) ? "over" : undefined;
  }
  try {
    const groups = Buffer.alloc(GROUPS_MAX);
    // The number may mean another process, here or by now.
    if (groups.toString("latin1", 0, readSync(file, groups, 0, GROUPS_MAX, 0)).includes(id)) {
      const byte = Buffer.alloc(1);
      return {
        isOver() {
          try {
            readSync(file, byte, 0, 1, 0);
            return false;
          } catch (error) {
            return isGone(error);
          }
        },
        close: () => closeSync(file),
      };
    }
  } catch (error) {
    closeSync(file);
    return isGone(error) ? "over" : undefined;
  }
  closeSync(file);
  return undefined;
}

const isGone = (error: unknown): boolean => /^(ENOENT|ESRCH)$/.test((error as NodeJS.ErrnoException).code ?? "");
