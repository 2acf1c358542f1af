import { UnavailableError } from "../../shared/host/dependency.ts";
import type { Mended } from "../../shared/host/docker/mend.ts";
import type { RecreateEntry } from "../../shared/host/docker/recreate-journal.ts";
import type { DockerHost } from "../../shared/host/docker.ts";
import { createBackoff, delay } from "../../shared/server/backoff.ts";
import { AppError } from "../../shared/server/errors.ts";
import type { Log } from "../../shared/server/log.ts";
import type { Jobs } from "../jobs/jobs.ts";
import { keysOf } from "../lib/service-access.ts";
import type { RecreateStore } from "./journal.ts";

/** The Engine may come up after the panel, and be at something else: an entry is tried again so often, and then told. */
const TRIES_MAX = 5;
const FIRST_WAIT_MS = 1_000;
const LAST_WAIT_MS = 30_000;
/** Longest wait for what is under way when the server ends; the next start goes on with it. */
const CLOSE_MS = 2_000;

export interface MenderOptions {
  store: RecreateStore;
  docker: Pick<DockerHost, "lifecycle" | "identify">;
  jobs: Pick<Jobs, "hold">;
  log: Log;
}

const sentences: Record<Exclude<Mended, "untouched">, string> = {
  "taken-back": "a container was being made anew when the server ended: the one of before is back in its place",
  "both-kept":
    "a container was being made anew when the server ended: the new one took its place, and the one of before is left beside it",
  gone: "a container was being made anew when the server ended, and the one of before is no more",
};

/** Once, at the start: takes back what a killed server left half done. */
export function startMender({ store, docker, jobs, log }: MenderOptions): { close(): Promise<void> } {
  const abort = new AbortController();

  /** Nobody acts on the container, nor on its stack, meanwhile. */
  const mend = async (entry: RecreateEntry) => {
    const old = await docker.identify(entry.oldId).catch((error: unknown) => {
      if (error instanceof AppError && error.code === "not_found") return undefined;
      throw error;
    });
    const giveBack = jobs.hold(keysOf({ name: entry.name, composeProject: old?.composeProject ?? null }));
    try {
      const found = await docker.lifecycle.mend(entry);
      if (abort.signal.aborted) return;
      store.end(entry.mark);
      if (found !== "untouched") log.warn({ container: entry.name, mark: entry.mark }, sentences[found]);
    } finally {
      giveBack();
    }
  };

  /** Whether it is over with this entry. */
  const tryOnce = async (entry: RecreateEntry, tries: Map<string, number>): Promise<boolean> => {
    try {
      await mend(entry);
      return true;
    } catch (error) {
      if (abort.signal.aborted || error instanceof UnavailableError) return false;
      const count = (tries.get(entry.mark) ?? 0) + 1;
      tries.set(entry.mark, count);
      if (count < TRIES_MAX) return false;
      log.error(
        { err: error, container: entry.name, mark: entry.mark },
        "a container was being made anew when the server ended, and the one of before could not be put back",
      );
      store.end(entry.mark);
      return true;
    }
  };

  const work = async () => {
    // What begins from now on is not a leftover.
    let left = store.list();
    const tries = new Map<string, number>();
    const backoff = createBackoff(FIRST_WAIT_MS, LAST_WAIT_MS);
    while (left.length > 0 && !abort.signal.aborted) {
      const again: RecreateEntry[] = [];
      for (const entry of left) if (abort.signal.aborted || !(await tryOnce(entry, tries))) again.push(entry);
      left = again;
      if (left.length > 0) await backoff.wait(abort.signal);
    }
  };
  const done = work().catch((error: unknown) => {
    log.error({ err: error }, "what a killed server left half done cannot be looked at");
  });

  return {
    async close() {
      abort.abort();
      const enough = new AbortController();
      await Promise.race([done, delay(CLOSE_MS, enough.signal)]);
      enough.abort();
    },
  };
}
