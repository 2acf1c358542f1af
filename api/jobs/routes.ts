import { z } from "zod";
import { jobId } from "../../shared/protocol/identifier.ts";
import { jobSchema, mayBeginJobs } from "../../shared/protocol/job.ts";
import { ok } from "../../shared/protocol/result.ts";
import { AppError } from "../../shared/server/errors.ts";
import type { ApiDeps } from "../deps.ts";
import { createRoutes } from "../http/context.ts";
import { described } from "../http/openapi.ts";
import { validated } from "../http/validate.ts";
import { messages } from "./messages.ts";
import { seesJob } from "./visibility.ts";

const tag = "Jobs";
const params = z.object({ id: jobId });

/** Reads of jobs: `/api/jobs`. */
export function jobsRoutes({ jobs }: Pick<ApiDeps, "jobs">) {
  return createRoutes()
    .use(async (c, next) => {
      if (!mayBeginJobs(c.get("principal"))) throw new AppError("forbidden", messages.notAllowed);
      await next();
    })
    .get(
      "/",
      described({
        tag,
        summary: "Jobs that run or ended in the last hour, newest first",
        answer: { jobs: z.array(jobSchema) },
      }),
      (c) => {
        const seen = jobs.list().filter((record) => seesJob(c.get("principal"), record));
        return c.json(ok({ jobs: seen.map(({ job }) => job) }));
      },
    )
    .get(
      "/:id",
      described({ tag, summary: "One job with its steps, output and result", answer: { job: jobSchema } }),
      validated("param", params),
      (c) => c.json(ok({ job: jobs.findFor(c.get("principal"), c.req.valid("param").id).job })),
    );
}
