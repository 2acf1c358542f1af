import { randomBytes } from "node:crypto";
import type { Principal } from "../../shared/protocol/access.ts";
import { JOB_LINES_MAX, JOB_STEPS_MAX, type Job, type JobStep } from "../../shared/protocol/job.ts";
import { jobRoomId } from "../../shared/protocol/rooms.ts";
import { AppError, toAppError, toFailure } from "../../shared/server/errors.ts";
import type { Log } from "../../shared/server/log.ts";
import { withTimeout } from "../../shared/server/with-timeout.ts";
import type { LiveRights } from "../access/identity/live-rights.ts";
import type { AuditEvent } from "../audit/audit-event.ts";
import type { WsClient } from "../lib/ws-client.ts";
import type { JobJournal } from "./job-journal.ts";
import { createResourceLocks, type Locks } from "./resource-locks.ts";

/** Jobs that run at once. More are refused and not queued, because a caller waits for each. */
const MAX_RUNNING = 16;
/** Finished jobs that can still be read. */
const MAX_FINISHED = 200;
const FINISHED_AGE_MS = 60 * 60 * 1000;
/** Shortest time between two snapshots to viewers. */
const NOTIFY_INTERVAL_MS = 150;
/** Longest wait for cancelled jobs at shutdown: some work ignores the signal. */
const CLOSE_MS = 3_000;
/** Longest line of output, in characters. */
const MAX_LINE = 4_096;

/** Progress that the work of a job reports, and the signal that it must obey. */
export interface JobHandle {
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
  /** Aborts a running job, which finishes when its work does. @returns Whether the job was running. */
  cancel(id: string): boolean;
  /** Resolves with the job once it has finished. */
  finished(id: string): Promise<Job>;
  /** Cancels the running jobs and waits for them, for at most three seconds. */
  close(): Promise<void>;
}

export interface JobsOptions {
  realtime: Pick<WsClient, "emitToService">;
  trail: { recordAfterwards(event: AuditEvent): void };
  journal: JobJournal;
  log: Log;
  /** Ends jobs whose owner has lost the right to them. */
  rights?: Pick<LiveRights, "watch">;
  /** @throws AppError when the owner of a job no longer has the right to it */
  mayGoOn?(who: Pick<Principal, "kind" | "id">, kind: string, services: readonly string[]): void;
}

interface Entry extends JobRecord {
  abort: AbortController;
  done: Promise<void>;
}

/** Runs actions that outlast a request, notifies viewers of their progress, and keeps them for an hour. */
export function createJobs({ realtime, trail, journal, log, rights, mayGoOn }: JobsOptions): Jobs {
  const entries = new Map<string, Entry>();
  const running = () => [...entries.values()].filter(({ job }) => job.state === "running");
  const resourceLocks = createResourceLocks();
  let closed = false;

  // Jobs that a killed server left are reported once, as interrupted.
  for (const entry of journal.interrupted) {
    const { id, kind, target, startedAt, services, principal, requestId, address } = entry;
    const message = "The panel's API ended before it was over: what was done until then stays.";
    const job: Job = {
      id,
      kind,
      target,
      state: "interrupted",
      steps: [],
      lines: [],
      lineCount: 0,
      result: null,
      error: { code: "gone", message },
      startedAt,
      finishedAt: new Date().toISOString(),
      revision: 1,
    };
    entries.set(id, { job, services, ownerId: principal.id, abort: new AbortController(), done: Promise.resolve() });
    trail.recordAfterwards({
      action: kind,
      target,
      requestId,
      address,
      outcome: "interrupted",
      actor: principal,
      detail: "the API ended before it was over",
    });
  }

  const forget = () => {
    const old = Date.now() - FINISHED_AGE_MS;
    const over = [...entries.values()].filter(({ job }) => job.finishedAt !== null);
    const excess = over.length - MAX_FINISHED;
    over.forEach(({ job }, index) => {
      if (index < excess || Date.parse(job.finishedAt ?? "") < old) entries.delete(job.id);
    });
  };

  const start = (options: JobOptions): Job => {
    if (closed) throw new AppError("overloaded", "The server is stopping.");
    forget();
    if (running().length >= MAX_RUNNING)
      throw new AppError("overloaded", "Too many actions are under way; wait for one to end.");
    const release = resourceLocks.acquire(options.locks ?? { exclusive: [] });
    const id = randomBytes(18).toString("base64url");
    const job: Job = {
      id,
      kind: options.kind,
      target: options.target,
      state: "running",
      steps: [],
      lines: [],
      lineCount: 0,
      result: null,
      error: null,
      startedAt: new Date().toISOString(),
      finishedAt: null,
      revision: 1,
    };
    try {
      const { kind, target, services = [], requestId, address } = options;
      const { kind: actorKind, id: actorId, name } = options.principal;
      const principal = { kind: actorKind, id: actorId, name };
      journal.begin({
        id,
        kind,
        target,
        services: [...services],
        principal,
        requestId,
        address,
        startedAt: job.startedAt,
      });
    } catch (error) {
      release();
      throw error;
    }
    const abort = new AbortController();
    const notifier = createNotifier(job, options.rooms ?? [], realtime);
    const entry: Entry = {
      job,
      services: options.services ?? [],
      ownerId: options.principal.id,
      abort,
      done: Promise.resolve(),
    };
    entries.set(id, entry);
    const watch = rights?.watch(() => mayGoOn?.(options.principal, options.kind, entry.services));
    watch?.signal.addEventListener("abort", () => abort.abort(watch.signal.reason), { once: true });
    entry.done = work(job, options, abort.signal, notifier.changed).then(() => {
      watch?.end();
      release();
      notifier.finish();
      const { code, message } = job.error ?? {};
      trail.recordAfterwards({
        action: options.kind,
        target: options.target,
        requestId: options.requestId,
        address: options.address,
        actor: { kind: options.principal.kind, id: options.principal.id, name: options.principal.name },
        outcome: job.state === "succeeded" ? "done" : "failed",
        detail:
          job.state === "cancelled" && code === "gone"
            ? "cancelled"
            : code === undefined
              ? "finished"
              : `${code}: ${message}`,
      });
      journal.end(id);
    });
    entry.done.catch((error: unknown) => log.error({ err: error, job: id }, "the end of a job could not be recorded"));
    notifier.changed();
    return structuredClone(job);
  };

  const work = async (job: Job, options: JobOptions, signal: AbortSignal, changed: () => void) => {
    const handle: JobHandle = {
      signal,
      step(step) {
        const index = job.steps.findIndex(({ id }) => id === step.id);
        if (index >= 0) job.steps[index] = step;
        else job.steps.push(step);
        if (job.steps.length > JOB_STEPS_MAX) job.steps.shift();
        changed();
      },
      line(text) {
        for (const line of text.replace(/\r?\n$/, "").split("\n")) job.lines.push(line.slice(0, MAX_LINE));
        job.lineCount += text.replace(/\r?\n$/, "").split("\n").length;
        job.lines.splice(0, job.lines.length - JOB_LINES_MAX);
        changed();
      },
    };
    try {
      const result = await options.run(handle);
      job.result = result ?? {};
      job.state = "succeeded";
    } catch (error) {
      job.state = signal.aborted ? "cancelled" : "failed";
      const { error: message, code, detail } = toFailure(toAppError(error), undefined, true);
      job.error = signal.aborted ? cancelledBy(signal.reason) : { code, message, detail };
      if (code === "internal" && !signal.aborted)
        log.error({ err: error, job: job.id, kind: job.kind }, "a job failed");
    }
    job.finishedAt = new Date().toISOString();
  };

  return {
    start,
    acquire: resourceLocks.acquire,
    list: () => [...entries.values()].reverse(),
    find: (id) => entries.get(id),
    cancel(id) {
      const entry = entries.get(id);
      if (entry?.job.state !== "running") return false;
      entry.abort.abort();
      return true;
    },
    async finished(id) {
      const entry = entries.get(id);
      if (!entry) throw new AppError("not_found", "There is no such job.");
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

/** Why a job was cancelled: by a caller, or because its owner lost the right to it. */
function cancelledBy(reason: unknown): NonNullable<Job["error"]> {
  if (!(reason instanceof AppError)) return { code: "gone", message: "It was cancelled." };
  return { code: reason.code, message: reason.message };
}

/** Sends snapshots of a job to its own room and to `rooms`: the first change and the end at once, others batched. */
function createNotifier(job: Job, rooms: readonly string[], realtime: JobsOptions["realtime"]) {
  let timer: NodeJS.Timeout | undefined;
  let notifiedAt = Number.NEGATIVE_INFINITY;
  const notify = () => {
    clearTimeout(timer);
    timer = undefined;
    notifiedAt = performance.now();
    const snapshot = structuredClone(job);
    realtime.emitToService(jobRoomId(job.id), "job", snapshot);
    // Callers with read access follow the room of a container too. The upstream's own message is not for them.
    const { error } = snapshot;
    const outline = error ? { ...snapshot, error: { code: error.code, message: error.message } } : snapshot;
    for (const room of rooms) realtime.emitToService(room, "job", outline);
  };
  return {
    changed() {
      job.revision++;
      timer ??= setTimeout(notify, Math.max(0, notifiedAt + NOTIFY_INTERVAL_MS - performance.now()));
    },
    finish() {
      job.revision++;
      notify();
    },
  };
}
