import { type Accessor, createEffect, createRoot, on } from "solid-js";
import type { Job } from "../../../../shared/protocol/job.ts";
import { api } from "../api.ts";
import { servicesWS } from "../ws-client.ts";
import { createJobBoard } from "./job-board.ts";

/**
 * The long actions of the server. A page hands over what a request answered with, and may wait for the end:
 * `const { state, error } = await jobs.begun((await api.images.pull(reference)).job)`. The shell shows what runs, and
 * tells of the end of what was begun here.
 */
export const jobs = createRoot(() => createJobBoard({ rest: api.jobs, live: servicesWS }));

/** A job that is shown: followed while it runs, whoever started it; undefined until it is known. */
export function useJob(id: Accessor<string | undefined>): Accessor<Job | undefined> {
  createEffect(
    on(id, (wanted) => {
      if (wanted !== undefined) jobs.finished(wanted).catch(() => undefined);
    }),
  );
  return () => {
    const wanted = id();
    return wanted === undefined ? undefined : jobs.of(wanted);
  };
}
