import Cron from "croner";

/**
 * The next three times of a cron pattern, by the parser that PM2's daemon uses.
 *
 * @returns Empty for a pattern that never comes; undefined for one that cannot be read.
 */
export function nextTimes(pattern: string): Date[] | undefined {
  try {
    return new Cron(pattern, { paused: true }).enumerate(3);
  } catch {
    return undefined;
  }
}
