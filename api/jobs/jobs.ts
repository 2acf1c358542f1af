import { randomBytes } from "node:crypto";
import type { Principal } from "../../shared/protocol/access.ts";
import type { Job, JobStep } from "../../shared/protocol/job.ts";
import { withTimeout } from "../../shared/server/async/with-timeout.ts";
import { AppError } from "../../shared/server/errors.ts";
import type { Log } from "../../shared/server/log.ts";
import type { LiveRights } from "../access/identity/live-rights.ts";
import type { AuditEvent } from "../audit/audit-event.ts";
import type { RealtimeClient } from "../events/realtime-client.ts";
import type { JobJournal, JournalEntry } from "./job-journal.ts";
import { createJobNotifier } from "./job-notifier.ts";
import { addLines, addStep, createInterruptedJob, createJob, describeEnd, failJob, finishJob } from "./job-state.ts";
import { messages } from "./messages.ts";
import { createResourceLocks, type Locks } from "./resource-locks.ts";

/** Jobs that run at once. More are refused and not queued, because a caller waits for each. */
const MAX_RUNNING = 16;
/** Finished jobs that can still be read. */
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
  /** Names of the containers concerned: callers whose scope lacks one do not see the job. Empty: the whole host. */
  services?: readonly string[];
  /** Ids of service rooms that are notified, beside the room of the job. */
  rooms?: readonly string[];
  /** Held while the job runs: other work that needs one of them is refused with `conflict`. */
  locks?: Locks;
  /** Does the work and resolves with its result. @throws AppError for errors that the caller reads */
  run(handle: JobHandle): Promise<Record<string, unknown> | undefined>;
}

export interface JobRecord {
  job: Job;
  services: readonly string[];
  ownerId: string;
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
  findFor(principal: Principal, id: string): Job;
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
  log: Log;
  /** Ends jobs whose owner has lost the right to them. */
  rights?: Pick<LiveRights, "watch">;
  /** @throws AppError when the owner of a job no longer has the right to it */
  mayContinue?(who: Pick<Principal, "kind" | "id">, kind: string, services: readonly string[]): void;
  /** Whether a caller may follow and cancel a job; nobody may by default. */
  mayFollow?(principal: Principal, record: JobRecord): boolean;
}

interface Entry extends JobRecord {
  abort: AbortController;
  done: Promise<void>;
}

/** Runs actions that outlast a request, notifies viewers of their progress, and keeps them for an hour. */
export function createJobs({ realtime, trail, journal, log, rights, mayContinue, mayFollow }: JobsOptions): Jobs {
  const entries = new Map<string, Entry>();
  const running = () => [...entries.values()].filter(({ job }) => job.state === "running");
  const resourceLocks = createResourceLocks();
  let closed = false;

  // Jobs that a killed server left are reported once, as interrupted.
  for (const entry of journal.interrupted) {
    const { id, services, principal } = entry;
    const job = createInterruptedJob(entry);
    entries.set(id, { job, services, ownerId: principal.id, abort: new AbortController(), done: Promise.resolve() });
    trail.recordAfterwards({
      ...auditFields(entry),
      outcome: "interrupted",
      detail: "the API ended before the job did",
    });
  }

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
    const job = createJob(randomBytes(18).toString("base64url"), options.kind, options.target);
    const record = toJournalEntry(job, options);
    try {
      journal.begin(record);
    } catch (error) {
      release();
      throw error;
    }
    const { services } = record;
    const abort = new AbortController();
    const notifier = createJobNotifier(job, options.rooms ?? [], realtime);
    const entry: Entry = { job, services, ownerId: options.principal.id, abort, done: Promise.resolve() };
    entries.set(job.id, entry);
    const watch = rights?.watch(() => mayContinue?.(options.principal, options.kind, services));
    watch?.signal.addEventListener("abort", () => abort.abort(watch.signal.reason), { once: true });
    entry.done = work(job, options, abort.signal, notifier.changed, log).then(() => {
      watch?.end();
      release();
      notifier.finish();
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
    find: (id) => entries.get(id),
    findFor(principal, id) {
      const entry = entries.get(id);
      if (!entry || !mayFollow?.(principal, entry)) throw new AppError("not_found", messages.noSuchJob);
      return entry.job;
    },
    cancel(id) {
      const entry = entries.get(id);
      if (entry?.job.state !== "running") return false;
      entry.abort.abort();
      return true;
    },
    async finished(id) {
      const entry = entries.get(id);
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
async function work(job: Job, options: JobOptions, signal: AbortSignal, changed: () => void, log: Log): Promise<void> {
  const handle: JobHandle = {
    id: job.id,
    signal,
    step(step) {
      addStep(job, step);
      changed();
    },
    line(text) {
      addLines(job, text);
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
