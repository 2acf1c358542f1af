import type { Context } from "hono";
import { z } from "zod";
import { may, type Permission, type Principal } from "../../shared/protocol/access.ts";
import { jobId, mayBeginJobs } from "../../shared/protocol/job.ts";
import { permissions } from "../../shared/protocol/permission.ts";
import { ok } from "../../shared/protocol/result.ts";
import { AppError } from "../../shared/server/errors.ts";
import { accessTable } from "../access-table.ts";
import { type ApiEnv, createRoutes } from "../context.ts";
import type { ApiDeps } from "../deps.ts";
import type { JobRecord } from "../jobs/jobs.ts";
import { described } from "../middleware/described.ts";
import { validated } from "../middleware/validated.ts";
import { jobSchema } from "../schemas/job.ts";

const tag = "Jobs";
const params = z.object({ id: jobId });

const isPermission = (rule: string | undefined): rule is Permission =>
  rule !== undefined && Object.hasOwn(permissions, rule);

/**
 * Whether the caller may do what the job does. Its kind is the action of a route; one that no route has is for those who
 * may do everything there is to stacks, the most powerful kind of job.
 */
function mayDo(principal: Principal, kind: string): boolean {
  const rule = Object.values(accessTable).find(({ action }) => action === kind)?.rule;
  return may(principal, isPermission(rule) ? rule : "stacks:manage");
}

/** Actions that take their time: what runs, what came of it, and an end to it. */
export function jobsRoutes({ jobs }: Pick<ApiDeps, "jobs">) {
  /** Who is limited to some containers sees the jobs of those, and their own. */
  const sees = (c: Context<ApiEnv>, { job, services, ownerId }: JobRecord) => {
    const principal = c.get("principal");
    const { limits, id } = principal;
    // A key for containers alone must not read, or end, what is done to stacks.
    // Nor does who began it keep a say in what they may not do any more.
    if (!mayDo(principal, job.kind)) return false;
    if (limits.services === null || ownerId === id) return true;
    return services.length > 0 && services.every((name) => limits.services?.includes(name));
  };
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
      described({ tag, summary: "One job: its steps, its output, what came of it", answer: { job: jobSchema } }),
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
