import { z } from "zod";
import { jobId } from "../../shared/protocol/identifier.ts";
import { jobSchema, mayBeginJobs } from "../../shared/protocol/job.ts";
import { AppError } from "../../shared/server/errors.ts";
import { action } from "../actions/action.ts";
import { messages } from "./messages.ts";

const cancelJob = action({
  name: "job:cancel",
  method: "DELETE",
  path: "/jobs/:id",
  title: "Cancel a running job",
  tag: "Jobs",
  // Each caller who may start any job; of each job, the callers who may start that one.
  permission: "signed-in",
  params: z.object({ id: jobId }),
  mode: "respond",
  status: 202,
  result: { job: jobSchema },
  target: {
    resolve({ params: { id } }, { deps, principal }) {
      if (!mayBeginJobs(principal)) throw new AppError("forbidden", messages.notAllowed);
      return deps.jobs.findFor(principal, id);
    },
    label: ({ job: { kind, target } }) => `${kind} ${target}`,
    // Callers who may see what the job changes see that it was cancelled.
    kind: ({ job: { kind } }) => kind.split(":", 1)[0] ?? kind,
    permission: ({ permission }) => permission,
    services: ({ services }) => services,
    processes: ({ processes }) => processes,
  },
  apply: async (_input, { subject, deps }) => {
    if (!deps.jobs.cancel(subject.job.id)) throw new AppError("conflict", messages.alreadyEnded);
    // A copy: the job itself ends while the response is sent.
    return { job: structuredClone(subject.job) };
  },
});

export const jobActions = [cancelJob] as const;
