import { createSignal } from "solid-js";
import type { Job } from "../../../../shared/protocol/job.ts";
import { ApiFailure } from "../api/failure.ts";
import type { ServicesClient } from "../live/clients.ts";

/** Ended jobs that are kept; the server forgets them after an hour. */
const ENDED_MAX = 50;
/** What others begin elsewhere is noticed at the latest after so many milliseconds. */
const LOOK_MS = 30_000;

export interface JobBoardDeps {
  rest: { list(): Promise<Job[]>; get(id: string): Promise<Job>; cancel(id: string): Promise<Job> };
  live: Pick<ServicesClient, "subscribeJob" | "on" | "onConnect">;
}

/** A job that has ended, and whether this page began it. */
export type JobEndListener = (job: Job, mine: boolean) => void;

/**
 * The long actions this page knows of: those it began and those of others. Live events and the REST interface bring
 * snapshots in any order, and of each job the newest one stands.
 */
export function createJobBoard({ rest, live }: JobBoardDeps) {
  const [jobs, setJobs] = createSignal<readonly Job[]>([]);
  const [unseen, setUnseen] = createSignal<ReadonlySet<string>>(new Set());
  const mine = new Set<string>();
  const followed = new Map<string, () => void>();
  const waiting = new Map<string, PromiseWithResolvers<Job>>();
  const listeners = new Set<JobEndListener>();

  const of = (id: string): Job | undefined => jobs().find((job) => job.id === id);

  const take = (job: Job): void => {
    const held = of(job.id);
    if (held && held.revision >= job.revision) return;
    setJobs((old) => keep(held ? old.map((one) => (one === held ? job : one)) : [job, ...old]));
    if (job.state === "running") follow(job.id);
    // Ended long before this page came: nobody here waits for it.
    else if (held || mine.has(job.id) || waiting.has(job.id)) ended(job);
  };

  const ended = (job: Job) => {
    unfollow(job.id);
    if (job.state === "failed") setUnseen((old) => new Set([...old, job.id]));
    waiting.get(job.id)?.resolve(job);
    waiting.delete(job.id);
    for (const listener of [...listeners]) listener(job, mine.has(job.id));
  };

  const follow = (id: string) => {
    if (followed.has(id)) return;
    followed.set(id, () => {});
    followed.set(id, live.subscribeJob(id, take, { onJoined: () => void look(id) }));
  };
  const unfollow = (id: string) => {
    followed.get(id)?.();
    followed.delete(id);
  };

  /** Asks how a job stands: what was told before a subscription held, or while it did not, was missed. */
  const look = async (id: string) => {
    try {
      take(await rest.get(id));
    } catch (error) {
      if (!(error instanceof ApiFailure) || error.code !== "not_found") return;
      const held = of(id);
      if (!held) {
        unfollow(id);
        waiting.get(id)?.reject(error);
        waiting.delete(id);
      }
      if (held?.state !== "running") return;
      take({
        ...held,
        state: "failed",
        error: { code: "gone", message: "The server was restarted meanwhile, and does not know what came of this." },
        finishedAt: new Date().toISOString(),
        revision: held.revision + 1,
      });
    }
  };

  const list = async () => {
    const listed = await rest.list().catch(() => undefined);
    if (!listed) return;
    for (const job of [...listed].reverse()) take(job);
    const known = new Set(listed.map(({ id }) => id));
    for (const { id, state } of jobs()) if (state === "running" && !known.has(id)) void look(id);
  };

  const finished = (id: string): Promise<Job> => {
    const held = of(id);
    if (held && held.state !== "running") return Promise.resolve(held);
    const wait = waiting.get(id) ?? Promise.withResolvers<Job>();
    waiting.set(id, wait);
    follow(id);
    return wait.promise;
  };

  return {
    /** Newest first. */
    jobs,
    running: () => jobs().filter(({ state }) => state === "running"),
    /** The job as it is now, reactive; undefined when it is not known here. */
    of,
    /** Ids of jobs that failed and have not been looked at. */
    unseen,
    seen: () => setUnseen(new Set<string>()),
    /** Takes in what a request of this page has begun; resolves once it is over, whatever came of it. */
    begun(job: Job): Promise<Job> {
      mine.add(job.id);
      take(job);
      return finished(job.id);
    },
    /** Resolves once the job is over; rejects when the server knows of no such job. */
    finished,
    cancel: async (id: string): Promise<void> => void (await rest.cancel(id)),
    /** Called for every end seen here; returns the clean-up. */
    whenEnded(listener: JobEndListener): () => void {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    /** Looks for jobs of others from now on; what it returns forgets all jobs. */
    start(): () => void {
      const stops = [live.on("job", take), live.onConnect(() => void list())];
      const timer = setInterval(() => globalThis.document?.hidden || void list(), LOOK_MS);
      void list();
      return () => {
        clearInterval(timer);
        for (const stop of [...stops, ...followed.values()]) stop();
        followed.clear();
        waiting.clear();
        mine.clear();
        setJobs([]);
        setUnseen(new Set<string>());
      };
    },
  };
}

export type JobBoard = ReturnType<typeof createJobBoard>;

/** Newest first, all that run and the newest of the others. */
function keep(jobs: readonly Job[]): Job[] {
  let ended = 0;
  return [...jobs]
    .sort((a, b) => b.startedAt.localeCompare(a.startedAt))
    .filter(({ state }) => state === "running" || ++ended <= ENDED_MAX);
}
