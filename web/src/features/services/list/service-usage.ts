import { createSignal, onCleanup } from "solid-js";
import type { Service, ServiceUsage } from "../../../../../shared/protocol/service.ts";

/** A list in the order of figures that change each second could not be read. */
const REST_MS = 5_000;

/** Resources that each container uses: live if its row is visible, otherwise as last listed. */
export function createServiceUsages() {
  const live = new Map<string, ServiceUsage>();
  const [turn, setTurn] = createSignal(0);
  const timer = setInterval(() => setTurn((count) => count + 1), REST_MS);
  onCleanup(() => clearInterval(timer));
  return {
    /** What a row has measured; returns how to take it back. */
    measured(id: string, usage: ServiceUsage) {
      live.set(id, usage);
      return () => live.delete(id);
    },
    /** For sorting: it changes every few seconds only. */
    of(service: Service): ServiceUsage | undefined {
      turn();
      return live.get(service.id) ?? service.usage;
    },
  };
}

export type ServiceUsages = ReturnType<typeof createServiceUsages>;
