import type { Context } from "hono";
import type { Job } from "../../shared/protocol/job.ts";
import { unlessAborted } from "../../shared/server/async/unless-aborted.ts";
import { withTimeout } from "../../shared/server/async/with-timeout.ts";
import { AppError } from "../../shared/server/errors.ts";
import type { ApiEnv } from "../http/context.ts";
import type { JobOptions, Jobs } from "./jobs.ts";
import type { Locks } from "./resource-locks.ts";
import { startJob } from "./start-job.ts";

export interface RespondOrEnqueueOptions<T extends Record<string, unknown>>
  extends Omit<JobOptions, "principal" | "requestId" | "address" | "run" | "locks"> {
  locks: Locks;
  /** Longest wait for the work before the caller gets a job. */
  withinMs: number;
  work(): Promise<T>;
}

/**
 * Responds with the result of work that usually takes a moment, or enqueues a job when it takes longer than
 * `withinMs`: a container that ignores the signal to stop has its grace period. The job is sent to its rooms.
 *
 * @throws AppError `conflict` when a lock is held; what the work throws in that time
 */
export async function respondOrEnqueue<T extends Record<string, unknown>>(
  c: Context<ApiEnv>,
  jobs: Jobs,
  { work, locks, withinMs, ...options }: RespondOrEnqueueOptions<T>,
): Promise<{ done: T } | { job: Job }> {
  c.get("reauthorize")?.();
  const release = jobs.acquire(locks);
  // Held until the Engine has responded, and not by the job, which ends as soon as it is cancelled.
  const outcome = work()
    .then((result) => ({ done: result }))
    .finally(release);
  const first = await withTimeout(outcome, withinMs, () => null);
  if (first) return first;
  // Cancelling ends the wait; the Engine may still finish what it was asked to do.
  // Work that is under way cannot be undone because no job can be started: then the response waits for it.
  const job = started(() =>
    startJob(c, jobs, { ...options, run: async ({ signal }) => (await unlessAborted(outcome, signal)).done }),
  );
  return job ? { job } : await outcome;
}

/** The job, or undefined when it is refused. */
function started(start: () => Job): Job | undefined {
  try {
    return start();
  } catch (error) {
    if (error instanceof AppError) return undefined;
    throw error;
  }
}
