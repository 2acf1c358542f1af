import { createSignal, onCleanup } from "solid-js";
import type { SystemStats } from "../../../../shared/protocol/system.ts";
import { systemWS, type TopicError } from "../../lib/ws-client.ts";
import { addSample, emptyHistory } from "./stats-history.ts";

/** Samples kept: five minutes at two seconds. */
const SAMPLES_MAX = 150;

export const SAMPLE_MS = 2_000;
export const HISTORY_MS = SAMPLES_MAX * SAMPLE_MS;

/** Live samples of the host for as long as the caller is on the page. */
export function createHostStats() {
  const [latest, setLatest] = createSignal<SystemStats>();
  const [history, setHistory] = createSignal(emptyHistory);
  const [problem, setProblem] = createSignal<TopicError>();
  onCleanup(
    systemWS.subscribeStats(
      SAMPLE_MS,
      (stats) => {
        setProblem(undefined);
        setLatest(stats);
        setHistory((old) => addSample(old, stats, SAMPLES_MAX));
      },
      { onError: setProblem },
    ),
  );
  return { latest, history, problem };
}

export type HostStats = ReturnType<typeof createHostStats>;
