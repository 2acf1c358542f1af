import type { ContainerEvent, ContainerEvents } from "../../shared/docker/container-events.ts";

/** Containers that are remembered; those with the oldest events are forgotten first. */
const MAX_CONTAINERS = 5_000;
/** A kill for lack of memory longer than this before the end hit another process than the one whose end ended the run. */
const MAX_LEAD_MS = 10_000;

/** Remembers which containers ended for lack of memory, by the Engine's events. */
export interface MemoryKills {
  /** Whether the newest run of the container, which has ended, ended for lack of memory. */
  endedRun(containerId: string): boolean;
  close(): void;
}

interface Run {
  /** Milliseconds since the epoch, by the Engine's clock. */
  killedAt: number | undefined;
  endedAt: number | undefined;
}

/**
 * Counts the Engine's `oom` event as the cause of an end. The Engine's own record lacks that cause when the event comes after
 * the end, which happens on a busy host.
 */
export function createMemoryKills(events: Pick<ContainerEvents, "on" | "off">): MemoryKills {
  const runs = new Map<string, Run>();

  const onEvent = ({ id, action, time }: ContainerEvent) => {
    if (action === "start" || action === "destroy") runs.delete(id);
    if (action !== "oom" && action !== "die") return;
    const run = runs.get(id) ?? { killedAt: undefined, endedAt: undefined };
    if (action === "oom") run.killedAt = Date.parse(time);
    else run.endedAt = Date.parse(time);
    runs.delete(id);
    runs.set(id, run);
    if (runs.size > MAX_CONTAINERS) runs.delete(runs.keys().next().value as string);
  };
  // Starts may have been missed: what was noted can belong to an earlier run.
  const onReattached = () => runs.clear();
  events.on("event", onEvent);
  events.on("reattached", onReattached);

  return {
    endedRun(id) {
      const { killedAt, endedAt } = runs.get(id) ?? {};
      return killedAt !== undefined && endedAt !== undefined && killedAt >= endedAt - MAX_LEAD_MS;
    },
    close() {
      events.off("event", onEvent);
      events.off("reattached", onReattached);
    },
  };
}
