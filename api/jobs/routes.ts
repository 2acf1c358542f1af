import type { Context } from "hono";
import { z } from "zod";
import { jobId } from "../../shared/protocol/identifier.ts";
import { jobSchema, mayBeginJobs } from "../../shared/protocol/job.ts";
import { ok } from "../../shared/protocol/result.ts";
import { AppError } from "../../shared/server/errors.ts";
import type { ApiDeps } from "../deps.ts";
import { type ApiEnv, createRoutes } from "../http/context.ts";
import { described } from "../http/openapi.ts";
import { validated } from "../http/validate.ts";
import type { JobRecord } from "./jobs.ts";
import { seesJob } from "./visibility.ts";

const tag = "Jobs";
const params = z.object({ id: jobId });

/** Reads and cancellation of jobs. */
export function jobsRoutes({ jobs }: Pick<ApiDeps, "jobs">) {
  const sees = (c: Context<ApiEnv>, record: JobRecord) => seesJob(c.get("principal"), record);
  const find = (c: Context<ApiEnv>, id: string) => {
    const record = jobs.find(id);
    if (!record || !sees(c, record)) throw new AppError("not_found", "There is no such job.");
    return record.job;
  };
  return createRoutes()
    .use(async (c, next) => {
      if (!mayBeginJobs(c.get("principal"))) throw new AppError("forbidden", "You are not allowed to do this.");
      await next();
    })
    .get(
      "/",
      described({ tag, summary: "List the jobs of the last hour, newest first", answer: { jobs: z.array(jobSchema) } }),
      (c) => {
        const seen = jobs.list().filter((record) => sees(c, record));
        return c.json(ok({ jobs: seen.map(({ job }) => job) }));
      },
    )
    .get(
      "/:id",
      described({ tag, summary: "One job with its steps, output and result", answer: { job: jobSchema } }),
      validated("param", params),
      (c) => c.json(ok({ job: find(c, c.req.valid("param").id) })),
    )
    .delete(
      "/:id",
      described({ tag, summary: "Cancel a running job", answer: { job: jobSchema }, status: 202 }),
      validated("param", params),
      (c) => {
        const job = find(c, c.req.valid("param").id);
        c.set("auditTarget", `${job.kind} ${job.target}`);
        if (!jobs.cancel(job.id)) throw new AppError("conflict", "The job is over already.");
        return c.json(ok({ job }), 202);
      },
    );
}
