import type { Permission } from "../../shared/protocol/access.ts";
import { JOB_LINES_MAX, type Job, type JobState } from "../../shared/protocol/job.ts";
import type { Activity } from "../activity/activity.ts";
import type { ActivityRecord } from "../activity/record.ts";
import { NEWEST } from "../activity/store.ts";
import type { JobRecord } from "./job-record.ts";

type PermissionOf = (kind: string) => Permission;

/** A job as the record of actions has it; undefined when it is no job, or no longer stored. */
export function readStoredJob({ store }: Activity, permissionOf: PermissionOf, id: string): JobRecord | undefined {
  const record = store.find(id);
  return record?.isJob ? toJobRecord({ store }, permissionOf, record) : undefined;
}

/** The newest stored jobs that ended after a time, in milliseconds since the epoch: newest first. */
export const recentStoredJobs = (
  { store }: Activity,
  permissionOf: PermissionOf,
  since: number,
  limit: number,
): JobRecord[] =>
  store
    .scan({ before: NEWEST, jobsOnly: true }, limit)
    .filter(({ finishedAt }) => finishedAt !== null && finishedAt >= since)
    .map((record) => toJobRecord({ store }, permissionOf, record));

function toJobRecord(
  { store }: Pick<Activity, "store">,
  permissionOf: PermissionOf,
  record: ActivityRecord,
): JobRecord {
  const {
    id,
    action: kind,
    target,
    state,
    services,
    processes,
    actor,
    outputLines,
    error,
    startedAt,
    finishedAt,
  } = record;
  const extras = store.extras(id);
  const job: Job = {
    id,
    kind,
    target,
    state: toJobState(state),
    steps: extras?.steps ?? [],
    lines: outputLines > 0 ? store.lastLines(record.sequence, JOB_LINES_MAX) : [],
    lineCount: outputLines,
    result: extras?.result ?? (state === "succeeded" ? {} : null),
    error,
    startedAt: new Date(startedAt).toISOString(),
    finishedAt: finishedAt === null ? null : new Date(finishedAt).toISOString(),
    revision: extras?.revision ?? 1,
  };
  return { job, services, processes, ownerId: actor.id, permission: record.permission ?? permissionOf(kind) };
}

const toJobState = (state: ActivityRecord["state"]): JobState => (state === "refused" ? "failed" : state);
