import { type Accessor, createEffect, createSignal, on, onCleanup } from "solid-js";
import type { ServiceHistory } from "../../../../../shared/protocol/stats-history.ts";
import { api } from "../../../lib/api.ts";
import type { ChartPeriod } from "../../../lib/history-range.ts";

/** Stored metrics of one container. */
export interface ContainerMetrics {
  name: string;
  history: Pick<ServiceHistory, "step" | "times" | "cpu" | "memory">;
}

/** How often metrics of a period that includes the present are read again, in milliseconds. */
const REFRESH_MS = 15_000;

export interface Charted {
  name: string;
  id: string;
}

/** Stored metrics of containers for a period; without those that have none or cannot be read. */
export function createContainerMetrics(
  containers: Accessor<readonly Charted[]>,
  period: Accessor<Pick<ChartPeriod, "range" | "to">>,
): Accessor<readonly ContainerMetrics[] | undefined> {
  const [metrics, setMetrics] = createSignal<readonly ContainerMetrics[]>();
  const key = () => JSON.stringify([containers(), period().range, period().to]);
  createEffect(
    on(key, () => {
      let left = false;
      const load = async () => {
        const { range } = period();
        const found = await Promise.all(
          containers().map(async ({ name, id }): Promise<ContainerMetrics[]> => {
            const history = await api.services.history(id, range === "5m" ? "1h" : range).catch(() => undefined);
            return history && history.times.length > 0 ? [{ name, history }] : [];
          }),
        );
        if (!left) setMetrics(found.flat());
      };
      void load();
      const timer =
        period().to === undefined ? setInterval(() => !document.hidden && void load(), REFRESH_MS) : undefined;
      onCleanup(() => {
        left = true;
        clearInterval(timer);
      });
    }),
  );
  return metrics;
}

/** One series for each container over the times of all; null where one of them has no value. */
export function alignMetrics(metrics: readonly ContainerMetrics[], value: "cpu" | "memory") {
  const step = Math.max(1, ...metrics.map(({ history }) => history.step * 1_000));
  const slotOf = (time: number) => Math.floor(time / step) * step;
  const slots = [...new Set(metrics.flatMap(({ history }) => history.times.map(slotOf)))].sort((a, b) => a - b);
  // Where nothing was measured, the line is interrupted.
  const times: number[] = [];
  for (const slot of slots) {
    const last = times.at(-1);
    if (last !== undefined && slot - last > 2.5 * step) times.push(last + step);
    times.push(slot);
  }
  const series = metrics.map(({ name, history }) => {
    const values = new Map(history.times.map((time, index) => [slotOf(time), history[value][index] ?? null]));
    return { label: name, values: times.map((time) => values.get(time) ?? null) };
  });
  return { times, series };
}
