import { type Accessor, createContext, createEffect, on, useContext } from "solid-js";
import type { Job } from "../../../../shared/protocol/job.ts";
import type { JobBoard } from "./job-board.ts";

const JobsContext = createContext<JobBoard>();

export const JobsProvider = JobsContext.Provider;

/**
 * The jobs of the server. A page passes on the job that a request returned, and may wait for its end:
 * `const { state, error } = await jobs.started(await images.pull(reference))`. The header lists the jobs, and shows a toast
 * when one that was started here ends.
 *
 * Called while a component is set up. @throws Error outside of the app.
 */
export function useJobs(): JobBoard {
  const jobs = useContext(JobsContext);
  if (!jobs) throw new Error("useJobs needs a JobsProvider");
  return jobs;
}

/** Follows a job while it runs, also one that was started elsewhere. Undefined until it is known. */
export function useJob(id: Accessor<string | undefined>): Accessor<Job | undefined> {
  const jobs = useJobs();
  createEffect(
    on(id, (followed) => {
      if (followed !== undefined) jobs.finished(followed).catch(() => undefined);
    }),
  );
  return () => {
    const shown = id();
    return shown === undefined ? undefined : jobs.of(shown);
  };
}
