import type { Context } from "hono";
import type { Job } from "../../shared/protocol/job.ts";
import type { ApiEnv } from "../http/context.ts";
import type { JobOptions, Jobs } from "./jobs.ts";

/** Begins a job for whoever sent the request, and names its target in the trail. */
export function beginJob(
  c: Context<ApiEnv>,
  jobs: Jobs,
  options: Omit<JobOptions, "principal" | "requestId" | "address">,
): Job {
  c.set("auditTarget", options.target);
  c.get("stillAllowed")?.();
  const job = jobs.start({
    ...options,
    principal: c.get("principal"),
    requestId: c.get("requestId"),
    address: c.get("address") ?? "",
  });
  c.set("jobBegun", true);
  return job;
}
