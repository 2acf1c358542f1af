import type { Context } from "hono";
import type { Job } from "../../shared/protocol/job.ts";
import { AppError } from "../../shared/server/errors.ts";
import { unlessAborted } from "../../shared/server/unless-aborted.ts";
import { withTimeout } from "../../shared/server/with-timeout.ts";
import type { ApiEnv } from "../http/context.ts";
import type { JobOptions, Jobs } from "./jobs.ts";
import type { Keys } from "./resource-locks.ts";
import { beginJob } from "./start-job.ts";

/** An answer may wait so long for the work itself; beyond it the caller gets the job. Most containers stop within it. */
const QUICK_MS = 2_000;

export interface QuickOptions<T extends Record<string, unknown>>
  extends Omit<JobOptions, "principal" | "requestId" | "address" | "run" | "keys"> {
  keys: Keys;
  work(): Promise<T>;
}

/**
 * Does what mostly takes a moment, and may take minutes: a container that does not listen is given its time to stop.
 * What is done (or fails) at once is answered as such; the rest becomes a job, which is told to its rooms.
 */
export async function quickOrJob<T extends Record<string, unknown>>(
  c: Context<ApiEnv>,
  jobs: Jobs,
  { work, keys, ...options }: QuickOptions<T>,
): Promise<{ done: T } | { job: Job }> {
  c.get("stillAllowed")?.();
  const giveBack = jobs.hold(keys);
  // Held until the Engine has answered, and not by the job: that is over as soon as somebody cancels it.
  const done = work()
    .then((result) => ({ done: result }))
    .finally(giveBack);
  const first = await withTimeout(done, QUICK_MS, () => null);
  if (first) return first;
  // Cancelling ends the wait; the Engine may still do what it was asked for.
  // It is under way, and cannot be taken back for want of a place in the list of jobs: then the answer waits.
  const job = begun(() =>
    beginJob(c, jobs, { ...options, run: async ({ signal }) => (await unlessAborted(done, signal)).done }),
  );
  return job ? { job } : await done;
}

function begun(begin: () => Job): Job | undefined {
  try {
    return begin();
  } catch (error) {
    if (error instanceof AppError) return undefined;
    throw error;
  }
}
