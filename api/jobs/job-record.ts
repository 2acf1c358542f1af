import type { Permission } from "../../shared/protocol/access.ts";
import type { Job } from "../../shared/protocol/job.ts";

/** A job with what decides who may follow it. */
export interface JobRecord {
  job: Job;
  services: readonly string[];
  /** Ids of the processes concerned. */
  processes: readonly string[];
  /** Id of the user or key that started it. */
  ownerId: string;
  /** Permission that callers need to follow and cancel it. */
  permission: Permission;
}
