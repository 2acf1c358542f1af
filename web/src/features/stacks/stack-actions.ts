import { createMemo, createSignal } from "solid-js";
import type { Job } from "../../../../shared/protocol/job.ts";
import type { UpOptions } from "../../lib/api/stacks.ts";
import { api } from "../../lib/api.ts";
import { useJobs } from "../../lib/jobs/jobs.ts";
import { queryKeys, useInvalidate } from "../../lib/queries.ts";
import { toast } from "../../ui/index.ts";

/** The actions on one stack, and the newest job about it. */
export function createStackActions(name: string) {
  const jobs = useJobs();
  const invalidate = useInvalidate();
  const [starting, setStarting] = createSignal(false);
  const [dismissed, setDismissed] = createSignal<string | null>(null);
  const newest = createMemo(() => jobs.jobs().find(({ kind, target }) => kind.startsWith("stack:") && target === name));
  const running = () => starting() || newest()?.state === "running";

  /** Starts a job. Resolves with the finished job, or undefined when it was not started. */
  async function run(start: () => Promise<Job>): Promise<Job | undefined> {
    if (running()) return undefined;
    setStarting(true);
    try {
      const done = jobs.started(await start());
      setStarting(false);
      return await done;
    } catch (error) {
      toast.error(error);
      return undefined;
    } finally {
      setStarting(false);
      void invalidate(queryKeys.stacks);
    }
  }

  return {
    running,
    /** The newest job, until it is dismissed. */
    job: () => (newest()?.id === dismissed() ? undefined : newest()),
    dismiss: () => setDismissed(newest()?.id ?? null),
    cancel: (id: string) => void jobs.cancel(id).catch(toast.error),
    up: (options: UpOptions) => run(() => api.stacks.up(name, options)),
    down: (volumes: boolean) => run(() => api.stacks.down(name, volumes)),
    act: (verb: "start" | "stop" | "restart" | "pull") => run(() => api.stacks.act(name, verb)),
    remove: (volumes: boolean) => run(() => api.stacks.remove(name, volumes)),
  };
}

export type StackActions = ReturnType<typeof createStackActions>;
