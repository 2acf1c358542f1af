import { canSeeDeployment, may, type Permission, type Principal } from "../../shared/protocol/access.ts";
import { mayBeginJobs } from "../../shared/protocol/job.ts";
import { permissions } from "../../shared/protocol/permission.ts";
import { accessTable } from "../http/access-table.ts";
import type { JobRecord } from "./job-record.ts";

const isPermission = (rule: string | undefined): rule is Permission =>
  rule !== undefined && Object.hasOwn(permissions, rule);

/** The permission that a kind of job requires: that of its action, or `stacks:manage`, the most powerful, for others. */
export function permissionOfJob(kind: string): Permission {
  const rule = Object.values(accessTable).find(({ action }) => action === kind)?.rule;
  return isPermission(rule) ? rule : "stacks:manage";
}

/** Whether a caller may follow and cancel a job. A scope of some containers includes their jobs and the caller's own. */
export function seesJob(principal: Principal, { permission, services, processes, ownerId }: JobRecord): boolean {
  const { limits, id } = principal;
  // An API key for containers must not read or cancel jobs of stacks, and a lost right ends access to own jobs.
  if (!mayBeginJobs(principal) || !may(principal, permission)) return false;
  if (ownerId === id) return true;
  // A job on processes concerns no container.
  if (processes.length > 0) return processes.every((process) => canSeeDeployment(limits, process));
  if (limits.services === null) return true;
  return services.length > 0 && services.every((name) => limits.services?.includes(name));
}
