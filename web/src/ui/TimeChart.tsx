import { Show, Suspense } from "solid-js";
import { lazy } from "../lib/load-part.ts";
import { repairLanguage } from "../lib/locale.ts";
import type { TimePlotProps } from "./TimePlot.tsx";

export type { ChartSeries } from "./TimePlot.tsx";

// The plotting library is larger than the rest of the kit: only pages with charts load it.
const TimePlot = lazy(() => {
  // It makes a number format of the browser's language while it loads.
  repairLanguage();
  return import("./TimePlot.tsx");
});

/** Lines over time. */
export function TimeChart(props: TimePlotProps) {
  return (
    <Suspense fallback={<div class="chart-wait" />}>
      {/* A plot is made for its lines: others are another plot. */}
      <Show when={props.series.map(({ label }) => label).join("\n")} keyed>
        <TimePlot {...props} />
      </Show>
    </Suspense>
  );
}
