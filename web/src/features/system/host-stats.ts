import { createSignal, onCleanup } from "solid-js";
import type { SystemStats } from "../../../../shared/protocol/system.ts";
import { useLive } from "../../lib/live-context.ts";
import type { WatchError } from "../../lib/ws-client.ts";
import { addSample, emptyHistory } from "./stats-history.ts";

/** Samples in memory: five minutes, one every two seconds. */
const MAX_SAMPLES = 150;

export const SAMPLE_MS = 2_000;
export const HISTORY_MS = MAX_SAMPLES * SAMPLE_MS;

/** Live samples of the host until the component is disposed. */
export function createHostStats() {
  const { systemWS } = useLive();
  const [latest, setLatest] = createSignal<SystemStats>();
  const [history, setHistory] = createSignal(emptyHistory);
  const [problem, setProblem] = createSignal<WatchError>();
  onCleanup(
    systemWS.subscribeStats(
      SAMPLE_MS,
      (stats) => {
        setProblem(undefined);
        setLatest(stats);
        setHistory((old) => addSample(old, stats, MAX_SAMPLES));
      },
      { onError: setProblem },
    ),
  );
  return { latest, history, problem };
}

export type HostStats = ReturnType<typeof createHostStats>;
