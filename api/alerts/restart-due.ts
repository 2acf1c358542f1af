import type { Entry } from "./engine/entries.ts";

/** Ticks of the restarts that still count against the limit of a rule, oldest first. */
export const recentRestarts = (ticks: readonly number[], withinSeconds: number, tick: number): number[] =>
  ticks.filter((at) => tick - at < withinSeconds * 1_000);

/**
 * Whether a rule restarts the container now: the alert fires, nobody acknowledged it, the restarts are not exhausted,
 * and the back-off since the last restart, which doubles with each, is over.
 */
export function isRestartDue({ rule, state }: Pick<Entry, "rule" | "state">, tick: number): boolean {
  const { healing } = rule;
  if (!healing || state.phase !== "firing" || state.gaveUp || state.clearSince !== null) return false;
  if (state.acknowledgedBy !== null) return false;
  const restarts = recentRestarts(state.heals, healing.withinSeconds, tick);
  const last = restarts.at(-1);
  return last === undefined || tick - last >= healing.backoffSeconds * 1_000 * 2 ** (restarts.length - 1);
}
