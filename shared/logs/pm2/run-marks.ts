import type { Mark } from "../log-source.ts";
import type { DeliveredRuns } from "./process-runs.ts";

/**
 * Marks of the ends and starts of a deployment. A mark counts the deliveries within one life of a followed log (`at`) and
 * contains PM2's counts at that time, so that a viewer that returns in another life receives what it missed.
 */
const infoPattern = /^(r[0-9a-z]+)-([0-9a-z]+)-([0-9a-z]+)-([0-9a-z]+)-([01])$/;

/** Returns a name for one life of a followed log. */
export const newLife = (): string => `r${Date.now().toString(36)}${Math.floor(Math.random() * 36 ** 4).toString(36)}`;

export const runMark = (life: string, at: number, { startedAt, restarts, processes, ended }: DeliveredRuns): Mark => ({
  epoch: [life, ...[startedAt, restarts, processes, ended ? 1 : 0].map((one) => one.toString(36))].join("-"),
  at,
});

/** Returns what a reader at the mark has received; undefined for a mark without it. */
export function deliveredAt({ epoch }: Mark): DeliveredRuns | undefined {
  const match = infoPattern.exec(epoch);
  if (!match) return undefined;
  const [startedAt, restarts, processes] = match.slice(2, 5).map((one) => Number.parseInt(one, 36)) as [
    number,
    number,
    number,
  ];
  return { startedAt, restarts, processes, ended: match[5] === "1" };
}

/** Compares two marks of ends and starts: undefined if one is not such a mark, NaN if their order is unknown. */
export function compareRunMarks(left: Mark, right: Mark): number | undefined {
  const [own, other] = [infoPattern.exec(left.epoch), infoPattern.exec(right.epoch)];
  if (!own || !other) return undefined;
  if (own[1] === other[1]) return left.at - right.at;
  return own.slice(2).join() === other.slice(2).join() ? 0 : Number.NaN;
}
