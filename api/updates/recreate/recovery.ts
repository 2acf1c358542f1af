import { createBackoff } from "../../../shared/server/async/backoff.ts";
import { withTimeout } from "../../../shared/server/async/with-timeout.ts";
import { UnavailableError } from "../../../shared/server/dependency.ts";
import { AppError } from "../../../shared/server/errors.ts";
import type { Log } from "../../../shared/server/log.ts";
import type { DockerEngine } from "../../docker/docker-engine.ts";
import type { Jobs } from "../../jobs/jobs.ts";
import { locksOf } from "../../services/service-access.ts";
import type { RecoveryOutcome } from "./recover-recreates.ts";
import type { RecreateEntry } from "./recreate-journal.ts";
import type { RecreateStore } from "./recreate-log.ts";

/** Attempts per entry before it is reported as failed. Attempts without an Engine do not count. */
const TRIES_MAX = 5;
/** Attempts to find a container that an Engine may create minutes after a time-out. */
const LATE_TRIES_MAX = 20;
const FIRST_WAIT_MS = 1_000;
const LAST_WAIT_MS = 30_000;
/** Longest wait for a running recovery at shutdown. The next start repeats it. */
const CLOSE_MS = 2_000;

export interface RecoveryOptions {
  store: RecreateStore;
  docker: Pick<DockerEngine, "lifecycle" | "identify">;
  jobs: Pick<Jobs, "acquire">;
  log: Log;
}

const sentences: Record<Exclude<RecoveryOutcome, "untouched">, string> = {
  restored: "a recreate was interrupted when the server ended: the previous container is restored",
  "backup-left":
    "a recreate was interrupted when the server ended: the new container took its place, and the previous one remains as a backup",
  cleaned: "a recreate was interrupted: the unfinished container is removed",
  gone: "a recreate was interrupted when the server ended, and the previous container no longer exists",
};

/** Rolls back interrupted recreates: after a killed server, at the start, and once an Engine that was away responds. */
export function startRecovery({ store, docker, jobs, log }: RecoveryOptions): { close(): Promise<void> } {
  const abort = new AbortController();
  /** Marks of recreates that were interrupted while this server ran. */
  const isLive = new Set<string>();

  /** Holds the locks of the container and its stack meanwhile. */
  const recoverRecreate = async (entry: RecreateEntry): Promise<RecoveryOutcome> => {
    const old = await docker.identify(entry.oldId).catch((error: unknown) => {
      if (error instanceof AppError && error.code === "not_found") return undefined;
      throw error;
    });
    const release = jobs.acquire(locksOf({ name: entry.name, composeProject: old?.composeProject ?? null }));
    try {
      return await docker.lifecycle.recoverRecreate(entry);
    } finally {
      release();
    }
  };

  /** Returns whether the entry is finished. */
  const tryOnce = async (entry: RecreateEntry, tries: Map<string, number>): Promise<boolean> => {
    const count = (tries.get(entry.mark) ?? 0) + 1;
    const end = () => {
      isLive.delete(entry.mark);
      store.end(entry.mark);
    };
    try {
      const found = await recoverRecreate(entry);
      if (abort.signal.aborted) return false;
      tries.set(entry.mark, count);
      const mayComeLater = entry.phase === "create" && entry.newId === null && isLive.has(entry.mark);
      if (found === "untouched" && mayComeLater && count < LATE_TRIES_MAX) return false;
      end();
      if (found !== "untouched") log.warn({ container: entry.name, mark: entry.mark }, sentences[found]);
      return true;
    } catch (error) {
      if (abort.signal.aborted || error instanceof UnavailableError) return false;
      tries.set(entry.mark, count);
      if (count < TRIES_MAX) return false;
      log.error(
        { err: error, container: entry.name, mark: entry.mark },
        "a recreate was interrupted when the server ended, and the previous container could not be restored",
      );
      end();
      return true;
    }
  };

  let waiting: RecreateEntry[] = [];
  const work = async () => {
    const tries = new Map<string, number>();
    const backoff = createBackoff(FIRST_WAIT_MS, LAST_WAIT_MS);
    while (waiting.length > 0 && !abort.signal.aborted) {
      const now = waiting;
      waiting = [];
      for (const entry of now) if (abort.signal.aborted || !(await tryOnce(entry, tries))) waiting.push(entry);
      if (waiting.length > 0) await backoff.wait(abort.signal);
    }
  };
  let done: Promise<void> = Promise.resolve();
  let isAtWork = false;
  const begin = (entries: readonly RecreateEntry[]) => {
    waiting.push(...entries);
    if (isAtWork || waiting.length === 0 || abort.signal.aborted) return;
    isAtWork = true;
    done = work()
      .catch((error: unknown) => log.error({ err: error }, "interrupted recreates cannot be recovered"))
      .finally(() => {
        isAtWork = false;
        begin([]);
      });
  };
  store.onLeft((entry) => {
    isLive.add(entry.mark);
    begin([entry]);
  });
  // Recreates that start from now on are not listed.
  begin(store.list());

  return {
    async close() {
      abort.abort();
      await withTimeout(done, CLOSE_MS, () => undefined);
    },
  };
}
