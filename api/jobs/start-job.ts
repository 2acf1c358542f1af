import type { Context } from "hono";
import type { Job } from "../../shared/protocol/job.ts";
import type { ApiEnv } from "../http/context.ts";
import type { JobOptions, Jobs } from "./jobs.ts";

/**
 * Starts a job for the caller of a request, and names its target in the audit trail.
 *
 * @throws AppError `unauthorized`, `forbidden` when the rights are gone; `overloaded`; `conflict`
 */
export function startJob(
  c: Context<ApiEnv>,
  jobs: Jobs,
  options: Omit<JobOptions, "principal" | "requestId" | "address">,
): Job {
  c.set("auditTarget", options.target);
  c.get("reauthorize")?.();
  const job = jobs.start({
    ...options,
    principal: c.get("principal"),
    requestId: c.get("requestId"),
    address: c.get("address") ?? "",
  });
  c.set("jobStarted", true);
  return job;
}
