import { type Accessor, createEffect, createSignal, on, onCleanup } from "solid-js";
import type { StoredLogEvent } from "../../../../../shared/protocol/log-search.ts";
import { ApiFailure, api } from "../../../lib/api.ts";
import { type ChartPeriod, extentOf } from "../../../lib/history-range.ts";
import { serverNow } from "../../../lib/server-time.ts";
import { visibleName } from "../../../lib/terminal-text.ts";
import type { TimeMark, TimeView } from "../../../lib/time-view.ts";
import { containerParameters, labelOf } from "../stored/stored-history.ts";
import { eventText } from "../stored/stored-lines.ts";

/** How often the events of a period that includes the present are read again, in milliseconds. */
const REFRESH_MS = 30_000;

/** Events of the log history for a time axis; of several containers each says which. */
export const toTimeMarks = (marks: readonly StoredLogEvent[], containers: number): TimeMark[] =>
  marks.flatMap((mark) => {
    const told = eventText(mark);
    if (!told) return [];
    const text =
      containers === 1
        ? told.text
        : `${visibleName(labelOf({ kind: mark.source, name: mark.container }))}: ${told.text}`;
    const tone = told.tone === "error" ? "bad" : told.tone === "warning" ? "warn" : "neutral";
    return [{ at: Date.parse(mark.time), text, tone }];
  });

/** Marks exits and restarts of containers on a page of charts that has no log; of all containers where none is named. */
export function createLogMarks(
  time: TimeView,
  containers: Accessor<readonly string[]>,
  period: Accessor<ChartPeriod>,
): void {
  const [tick, setTick] = createSignal(0);
  let isStored = true;
  const timer = setInterval(
    () => isStored && !document.hidden && period().to === undefined && setTick((n) => n + 1),
    REFRESH_MS,
  );
  onCleanup(() => {
    clearInterval(timer);
    time.setLogMarks("unread");
  });
  createEffect(
    on([containers, period, tick], ([names, shown]) => {
      if (!isStored) return;
      const abort = new AbortController();
      onCleanup(() => abort.abort());
      const [from, to] = extentOf(shown, serverNow());
      const bounds: [string, string][] = [
        ["since", new Date(from).toISOString()],
        ["until", new Date(to).toISOString()],
        ["buckets", "1"],
      ];
      // Where logs are not stored, exits and restarts are unknown.
      api.logs.histogram([...containerParameters(names), ...bounds], abort.signal).then(
        ({ marks }) => time.setLogMarks(toTimeMarks(marks, names.length)),
        (error: unknown) => {
          if (abort.signal.aborted) return;
          time.setLogMarks(undefined);
          isStored = !(error instanceof ApiFailure && error.code === "not_supported");
        },
      );
    }),
  );
}
