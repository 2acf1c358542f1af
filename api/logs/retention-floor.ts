import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { Log } from "../../shared/server/log.ts";

const DAY_MS = 86_400_000;
const stored = z.object({ maxDays: z.number(), floorMs: z.number() });

/**
 * The time before which lines are never shown again. A file of the store is deleted some time after its oldest lines have
 * passed their age; without this, a longer budget of days would bring back what a shorter one has hidden.
 */
export interface RetentionFloor {
  /** Milliseconds since the epoch. */
  readonly ms: number;
  /** Notes the budget of days in effect. */
  apply(maxDays: number): void;
}

/** @param folder The folder of the store. */
export function openRetentionFloor(folder: string, log: Log, now = Date.now): RetentionFloor {
  const path = join(folder, "retention.json");
  let state = read(path);
  return {
    get ms() {
      return state?.floorMs ?? 0;
    },
    apply(maxDays) {
      if (state?.maxDays === maxDays) return;
      const earlier = state?.floorMs ?? 0;
      const hidden = state && maxDays > state.maxDays ? now() - state.maxDays * DAY_MS : 0;
      state = { maxDays, floorMs: Math.max(earlier, hidden) };
      try {
        writeFileSync(`${path}.part`, JSON.stringify(state), { mode: 0o600 });
        renameSync(`${path}.part`, path);
      } catch (error) {
        // In effect until the next start: nothing that is stored is lost by it.
        log.warn({ err: error }, "the retention of the log store cannot be noted");
      }
    },
  };
}

function read(path: string): z.infer<typeof stored> | undefined {
  try {
    return stored.parse(JSON.parse(readFileSync(path, "utf8")));
  } catch {
    return undefined; // the first start
  }
}
