import type { Permission, Principal } from "../../shared/protocol/access.ts";
import type { Job, JobStep } from "../../shared/protocol/job.ts";
import { withTimeout } from "../../shared/server/async/with-timeout.ts";
import { AppError } from "../../shared/server/errors.ts";
import type { Log } from "../../shared/server/log.ts";
import type { LiveRights } from "../access/identity/live-rights.ts";
import type { Activity } from "../activity/activity.ts";
import { endOf } from "../activity/end-of.ts";
import type { ActivityStart, Recording } from "../activity/record.ts";
import type { AuditEvent } from "../audit/audit-event.ts";
import type { RealtimeClient } from "../events/realtime-client.ts";
import type { JobJournal, JournalEntry } from "./job-journal.ts";
import { createJobNotifier } from "./job-notifier.ts";
import type { JobRecord } from "./job-record.ts";
import { addLines, addStep, createJob, describeEnd, failJob, finishJob } from "./job-state.ts";
import { messages } from "./messages.ts";
import { createResourceLocks, type Locks } from "./resource-locks.ts";
import { readStoredJob, recentStoredJobs } from "./stored-jobs.ts";

/** Jobs that run at once. More are refused and not queued, because a caller waits for each. */
const MAX_RUNNING = 16;
/** Finished jobs that are listed; each can be read while the record of actions has it. */
const MAX_FINISHED = 200;
const FINISHED_AGE_MS = 60 * 60 * 1000;
/** Longest wait for cancelled jobs at shutdown: some work ignores the signal. */
const CLOSE_MS = 3_000;

/** Progress that the work of a job reports, and the signal that it must obey. */
export interface JobHandle {
  /** Id of the job; absent for work that no job shows. */
  id?: string;
  /** Aborted when the job is cancelled and at shutdown. The work then stops and throws. */
  signal: AbortSignal;
  /** Adds a step, or replaces the step with that id. */
  step(step: JobStep): void;
  /** Adds lines of output. Viewers remove control characters except those of colour. */
  line(text: string): void;
}

export interface JobOptions {
  /** Name of the action in the audit trail, such as `image:pull`. */
  kind: string;
  target: string;
  /** Who started it, for the audit trail. */
  principal: Pick<Principal, "kind" | "id" | "name">;
  requestId: string;
  address: string;
  /** The record of the action that the job does; the job starts one by default, and ends it in either case. */
  recording?: Recording;
  /** Permission that the work needs; by default that of the action of this kind. */
  permission?: Permission;
  /** Names of the containers concerned: callers whose scope lacks one do not see the job. Empty: the whole host. */
  services?: readonly string[];
  /** Ids of the processes concerned, like `services`. */
  processes?: readonly string[];
  /** Ids of service rooms that are notified, beside the room of the job. */
  rooms?: readonly string[];
  /** Held while the job runs: other work that needs one of them is refused with `conflict`. */
  locks?: Locks;
  /** Does the work and resolves with its result. @throws AppError for errors that the caller reads */
  run(handle: JobHandle): Promise<Record<string, unknown> | undefined>;
}

export interface Jobs {
  /** Starts at once. Errors of the work are in the job. @throws AppError `overloaded`, `conflict` before the start */
  start(options: JobOptions): Job;
  /**
   * Acquires locks for work that is no job, or outlasts one.
   *
   * @returns Releases them.
   * @throws AppError `conflict`
   */
  acquire(locks: Locks): () => void;
  /** Newest first. */
  list(): JobRecord[];
  find(id: string): JobRecord | undefined;
  /** A job that the caller may follow and cancel. @throws AppError `not_found`, also for a job of others */
  findFor(principal: Principal, id: string): JobRecord;
  /** Whether a caller may follow and cancel a job that runs. */
  mayFollow(principal: Principal, id: string): boolean;
  /** Aborts a running job, which finishes when its work does. @returns Whether the job was running. */
  cancel(id: string): boolean;
  /** Resolves with the job once it has finished. */
  finished(id: string): Promise<Job>;
  /** Cancels the running jobs and waits for them, for at most three seconds. */
  close(): Promise<void>;
}

export interface JobsOptions {
  realtime: Pick<RealtimeClient, "emitToService">;
  trail: { recordAfterwards(event: AuditEvent): void };
  journal: JobJournal;
  activity: Activity;
  log: Log;
  /** Ends jobs whose owner has lost the right to them. */
  rights?: Pick<LiveRights, "watch">;
  /** @throws AppError when the owner of a job no longer has the right to it */
  mayContinue?(
    who: Pick<Principal, "kind" | "id">,
    permission: Permission,
    concerned: Pick<JobRecord, "services" | "processes">,
  ): void;
  /** Permission that a kind of job needs; the most powerful by default. */
  permissionOf?(kind: string): Permission;
  /** Whether a caller may follow and cancel a job; nobody may by default. */
  mayFollow?(principal: Principal, record: JobRecord): boolean;
}

interface Entry extends JobRecord {
  abort: AbortController;
  done: Promise<void>;
}

const ended = (record: JobRecord): Entry => ({ ...record, abort: new AbortController(), done: Promise.resolve() });

/**
 * Runs actions that outlast a request, and notifies viewers of their progress. Their record outlasts the server. Long because
 * each call acts on the same jobs.
 */
export function createJobs(options: JobsOptions): Jobs {
  const { realtime, trail, journal, activity, log, rights, mayContinue, mayFollow } = options;
  const permissionOf = options.permissionOf ?? (() => "stacks:manage");
  const entries = new Map<string, Entry>();
  const running = () => [...entries.values()].filter(({ job }) => job.state === "running");
  const resourceLocks = createResourceLocks();
  let closed = false;

  // Jobs that a killed server left are reported once, as interrupted. Their record can lack the last moment, or be missing.
  for (const entry of journal.interrupted) {
    const { id, kind: action, target, services, principal: actor, requestId, startedAt } = entry;
    const permission = permissionOf(action);
    const start = { action, target, services, permission, actor, ownerId: actor.id, requestId };
    activity.addInterrupted({ ...start, id, startedAt: Date.parse(startedAt) });
    trail.recordAfterwards({
      ...auditFields(entry),
      outcome: "interrupted",
      detail: "the API ended before the job did",
    });
  }
  activity.flush();
  const recent = recentStoredJobs(activity, permissionOf, Date.now() - FINISHED_AGE_MS, MAX_FINISHED);
  for (const record of recent.reverse()) entries.set(record.job.id, ended(record));
  const find = (id: string): Entry | undefined => {
    const held = entries.get(id);
    if (held) return held;
    const stored = readStoredJob(activity, permissionOf, id);
    return stored && ended(stored);
  };

  const forget = () => {
    const old = Date.now() - FINISHED_AGE_MS;
    const finished = [...entries.values()].filter(({ job }) => job.finishedAt !== null);
    const excess = finished.length - MAX_FINISHED;
    finished.forEach(({ job }, index) => {
      if (index < excess || Date.parse(job.finishedAt ?? "") < old) entries.delete(job.id);
    });
  };

  const start = (options: JobOptions): Job => {
    if (closed) throw new AppError("overloaded", messages.stopping);
    forget();
    if (running().length >= MAX_RUNNING) throw new AppError("overloaded", messages.tooMany);
    const release = resourceLocks.acquire(options.locks ?? { exclusive: [] });
    const permission = options.permission ?? permissionOf(options.kind);
    const recording = options.recording ?? activity.begin(toStart(options, permission));
    const job = createJob(recording.id, options.kind, options.target);
    const record = toJournalEntry(job, options);
    try {
      journal.begin(record);
    } catch (error) {
      release();
      if (!options.recording) recording.end(endOf(error));
      throw error;
    }
    recording.becomeJob();
    const { services } = record;
    const { processes = [] } = options;
    const abort = new AbortController();
    const notifier = createJobNotifier(job, options.rooms ?? [], realtime);
    const ownerId = options.principal.id;
    const entry: Entry = { job, services, processes, ownerId, permission, abort, done: Promise.resolve() };
    entries.set(job.id, entry);
    const watch = rights?.watch(() => mayContinue?.(options.principal, permission, { services, processes }));
    watch?.signal.addEventListener("abort", () => abort.abort(watch.signal.reason), { once: true });
    entry.done = work(job, options, recording, abort.signal, notifier.changed, log).then(() => {
      watch?.end();
      release();
      notifier.finish();
      const { state, error, result, revision } = job;
      recording.end({ state: state === "running" ? "failed" : state, error, result, revision });
      activity.flush(); // before the journal forgets it: a job that ended is not told as interrupted
      trail.recordAfterwards({
        ...auditFields(record),
        outcome: job.state === "succeeded" ? "done" : "failed",
        detail: describeEnd(job),
      });
      journal.end(job.id);
    });
    entry.done.catch((error: unknown) =>
      log.error({ err: error, job: job.id }, "the end of a job could not be recorded"),
    );
    notifier.changed();
    return structuredClone(job);
  };

  return {
    start,
    acquire: resourceLocks.acquire,
    list: () => [...entries.values()].reverse(),
    find,
    findFor(principal, id) {
      const entry = find(id);
      if (!entry || !mayFollow?.(principal, entry)) throw new AppError("not_found", messages.noSuchJob);
      return entry;
    },
    mayFollow(principal, id) {
      const entry = entries.get(id);
      return entry?.job.state === "running" && mayFollow?.(principal, entry) === true;
    },
    cancel(id) {
      const entry = entries.get(id);
      if (entry?.job.state !== "running") return false;
      entry.abort.abort();
      return true;
    },
    async finished(id) {
      const entry = find(id);
      if (!entry) throw new AppError("not_found", messages.noSuchJob);
      await entry.done;
      return entry.job;
    },
    async close() {
      closed = true;
      const all = running();
      for (const { abort } of all) abort.abort();
      const ended = Promise.allSettled(all.map(({ done }) => done));
      await withTimeout(ended, CLOSE_MS, () => undefined);
      const left = running().map(({ job: { kind, target } }) => ({ kind, target }));
      if (left.length > 0) log.warn({ jobs: left }, "jobs did not end in time and are left to themselves");
    },
  };
}

/** Does the work of a job and notes its end in it. Never rejects. */
async function work(
  job: Job,
  options: JobOptions,
  recording: Recording,
  signal: AbortSignal,
  changed: () => void,
  log: Log,
): Promise<void> {
  const handle: JobHandle = {
    id: job.id,
    signal,
    step(step) {
      addStep(job, step);
      recording.step(step);
      changed();
    },
    line(text) {
      addLines(job, recording.line(text));
      changed();
    },
  };
  try {
    finishJob(job, await options.run(handle));
  } catch (error) {
    failJob(job, error, signal);
    if (job.error?.code === "internal" && !signal.aborted) {
      log.error({ err: error, job: job.id, kind: job.kind }, "a job failed");
    }
  }
}

function toStart(options: JobOptions, permission: Permission): ActivityStart {
  const { kind: action, target, services = [], processes = [], requestId, principal } = options;
  const { kind, id, name } = principal;
  return { action, target, permission, services, processes, actor: { kind, id, name }, ownerId: id, requestId };
}

function toJournalEntry({ id, startedAt }: Job, options: JobOptions): JournalEntry {
  const { kind, target, services = [], requestId, address } = options;
  const { kind: actorKind, id: actorId, name } = options.principal;
  const principal = { kind: actorKind, id: actorId, name };
  return { id, kind, target, services: [...services], principal, requestId, address, startedAt };
}

const auditFields = ({ kind, target, requestId, address, principal }: JournalEntry) => ({
  action: kind,
  target,
  requestId,
  address,
  actor: principal,
});
