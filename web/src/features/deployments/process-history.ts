import { type Accessor, createEffect, createSignal, on } from "solid-js";
import type { Deployment } from "../../../../shared/protocol/deployment.ts";
import { totalsOf } from "./deployment-list.ts";

export interface ProcessSample {
  /** Milliseconds since the epoch. */
  time: number;
  cpuPercent: number;
  memoryBytes: number;
}

/** The newest `limit` samples of a deployment, one per read of the list; cleared for another deployment. */
export function createProcessHistory(
  deployment: Accessor<Pick<Deployment, "id" | "instances">>,
  readAt: Accessor<number>,
  limit: number,
) {
  const [samples, setSamples] = createSignal<readonly ProcessSample[]>([]);
  let id = "";
  createEffect(
    on(readAt, (time) => {
      const now = deployment();
      const { cpuPercent, memoryBytes } = totalsOf(now);
      const old = now.id === id ? samples() : [];
      id = now.id;
      if (old.at(-1)?.time === time) return;
      setSamples([...old.slice(1 - limit), { time, cpuPercent, memoryBytes }]);
    }),
  );
  return samples;
}
