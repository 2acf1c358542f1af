import { createSignal } from "solid-js";
import type { ServicesWatch } from "../../../../shared/client/watch/services.ts";
import type { Job } from "../../../../shared/protocol/job.ts";
import { ApiFailure } from "../api/failure.ts";
import { serverNow } from "../server-time.ts";

/** Ended jobs in the list; the server forgets them after an hour. */
const MAX_ENDED = 50;
/** Interval at which jobs of others are looked up, in milliseconds. */
const POLL_INTERVAL_MS = 30_000;

export interface JobBoardDeps {
  rest: { list(): Promise<Job[]>; get(id: string): Promise<Job>; cancel(id: string): Promise<Job> };
  live: Pick<ServicesWatch, "subscribeJob" | "on" | "onConnect">;
}

/** Gets a job that has ended, and whether this page started it. */
export type JobEndListener = (job: Job, mine: boolean) => void;

/**
 * The jobs that this page knows: its own and those of others. Live events and the REST API deliver snapshots in any order;
 * the newest one of each job counts. Long because each call acts on the same list, and on those who wait for its jobs.
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
    setJobs((old) => keep(held ? old.map((other) => (other === held ? job : other)) : [job, ...old]));
    if (job.state === "running") follow(job.id);
    // Otherwise it ended before this page was loaded, and nothing here waits for it.
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
    followed.set(id, live.subscribeJob(id, take, { onJoined: () => void read(id) }));
  };
  const unfollow = (id: string) => {
    followed.get(id)?.();
    followed.delete(id);
  };

  /** Reads the state of a job: events before a subscription, or during an interruption, were missed. */
  const read = async (id: string) => {
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
      take(toLost(held));
    }
  };

  const list = async () => {
    const listed = await rest.list().catch(() => undefined);
    if (!listed) return;
    for (const job of [...listed].reverse()) take(job);
    const known = new Set(listed.map(({ id }) => id));
    for (const { id, state } of jobs()) if (state === "running" && !known.has(id)) void read(id);
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
    /** The current state of a job, reactive; undefined if it is unknown here. */
    of,
    /** Ids of failed jobs that the user has not seen. */
    unseen,
    seen: () => setUnseen(new Set<string>()),
    /** Adds a job that this page started; resolves once it has ended, in any state. */
    started(job: Job): Promise<Job> {
      mine.add(job.id);
      take(job);
      return finished(job.id);
    },
    /** Resolves once the job has ended; rejects if the server does not know the job. */
    finished,
    cancel: async (id: string): Promise<void> => void (await rest.cancel(id)),
    /** Calls the listener for every job that ends; returns the clean-up. */
    whenEnded(listener: JobEndListener): () => void {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    /** Starts to look for jobs of others; returns the clean-up, which also clears the list. */
    start(): () => void {
      const stops = [live.on("job", take), live.onConnect(() => void list())];
      const timer = setInterval(() => globalThis.document?.hidden || void list(), POLL_INTERVAL_MS);
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

/** The outcome of a job that the server no longer knows. */
const toLost = (job: Job): Job => ({
  ...job,
  state: "failed",
  error: { code: "gone", message: "The server restarted in the meantime, and the outcome of this job is unknown." },
  finishedAt: new Date(serverNow()).toISOString(),
  revision: job.revision + 1,
});

export type JobBoard = ReturnType<typeof createJobBoard>;

/** Newest first: all running jobs, and the newest ended ones. */
function keep(jobs: readonly Job[]): Job[] {
  let ended = 0;
  return [...jobs]
    .sort((a, b) => b.startedAt.localeCompare(a.startedAt))
    .filter(({ state }) => state === "running" || ++ended <= MAX_ENDED);
}
