import { may, type Permission, type Principal } from "../../shared/protocol/access.ts";
import { mayBeginJobs } from "../../shared/protocol/job.ts";
import { permissions } from "../../shared/protocol/permission.ts";
import { accessTable } from "../http/access-table.ts";
import type { JobRecord } from "./jobs.ts";

const isPermission = (rule: string | undefined): rule is Permission =>
  rule !== undefined && Object.hasOwn(permissions, rule);

/**
 * What a job of this kind takes. A kind is the action of a route; one that no route has is for those who may do
 * everything there is to stacks, the most powerful kind of job.
 */
export function permissionOfJob(kind: string): Permission {
  const rule = Object.values(accessTable).find(({ action }) => action === kind)?.rule;
  return isPermission(rule) ? rule : "stacks:manage";
}

/** Whether somebody may follow and cancel a job: who is limited to some containers sees the jobs of those, and their own. */
export function seesJob(principal: Principal, { job, services, ownerId }: JobRecord): boolean {
  const { limits, id } = principal;
  // A key for containers alone must not read, or end, what is done to stacks.
  // Nor does who began it keep a say in what they may not do any more.
  if (!mayBeginJobs(principal) || !may(principal, permissionOfJob(job.kind))) return false;
  if (limits.services === null || ownerId === id) return true;
  return services.length > 0 && services.every((name) => limits.services?.includes(name));
}
