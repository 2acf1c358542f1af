import type { ContainerEvent, ContainerEvents } from "../../docker/container-events.ts";
import { delay } from "../../server/async/backoff.ts";

/** A stopped container is looked at again this often, in case its start event was missed. */
const RECHECK_MS = 10_000;

export interface NameWatch {
  /** How much has happened so far: taken before a look, so that nothing between the look and the wait is missed. */
  mark(): number;
  /** Resolves once something has happened after the mark, or a while has passed. */
  after(mark: number): Promise<void>;
  /** Calls back when the name may be another container's from now on. One at a time; undefined: nobody. */
  onMoved(moved: (() => void) | undefined): void;
  close(): void;
}

/** Notes what happens to a container and to a name, and that the Engine came back. */
export function watchName(name: string, events: ContainerEvents, signal: AbortSignal): NameWatch {
  let count = 0;
  let wake: (() => void) | undefined;
  let moved: (() => void) | undefined;
  const note = () => {
    count++;
    wake?.();
  };
  const onEvent = (event: ContainerEvent) => {
    const isNamed = event.name === name || event.id === name;
    // A rename takes a name away from one and gives another one: either may be ours.
    if (event.action === "rename" || (isNamed && /^(create|start|die|destroy)$/.test(event.action))) note();
    if (event.action === "rename") moved?.();
  };
  const onReattached = () => {
    note();
    moved?.();
  };
  events.on("event", onEvent);
  events.on("reattached", onReattached);
  return {
    mark: () => count,
    async after(mark) {
      if (count > mark) return;
      const waiting = new AbortController();
      wake = () => waiting.abort();
      await delay(RECHECK_MS, AbortSignal.any([signal, waiting.signal]));
      wake = undefined;
    },
    onMoved(next) {
      moved = next;
    },
    close() {
      events.off("event", onEvent);
      events.off("reattached", onReattached);
    },
  };
}
