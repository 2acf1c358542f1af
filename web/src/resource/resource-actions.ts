import type { Job } from "../../../shared/protocol/job.ts";
import { createPendingActions } from "../lib/pending-actions.ts";
import { toast } from "../ui/toast.tsx";

export interface ResourceActionsOptions<T, Action extends string> {
  /** Identity of a resource: it takes one action at a time. */
  id: (resource: T) => string;
  /** Message after a successful action, such as `web started`. */
  done: (resource: T, action: Action) => string;
  /** Refreshes the list after every attempt. */
  refetch: () => Promise<unknown>;
  /** Resolves once a job has ended; only for actions that the server may continue as a job. */
  followJob?: (job: Job) => Promise<unknown>;
}

/** Actions on the rows of a list: which one is pending, a toast for each result, and a fresh list afterwards. */
export function createResourceActions<T, Action extends string>(options: ResourceActionsOptions<T, Action>) {
  const pending = createPendingActions<Action>();

  /** Runs an action that the server may continue as a job: its end is announced by the list of jobs, not here. */
  const runJob = (resource: T, action: Action, work: () => Promise<Job | undefined>): Promise<void> =>
    pending.run(
      options.id(resource),
      action,
      async () => {
        const job = await work();
        if (job) await options.followJob?.(job);
        else toast.success(options.done(resource, action));
        await options.refetch();
      },
      (error) => {
        toast.error(error);
        void options.refetch();
      },
    );

  return {
    /** The pending action of a resource, reactive; undefined if there is none. */
    pending: (resource: T): Action | undefined => pending.of(options.id(resource)),
    /** Runs an action unless another one is pending for the resource. Never rejects. */
    run: (resource: T, action: Action, work: () => Promise<unknown>): Promise<void> =>
      runJob(resource, action, async () => {
        await work();
        return undefined;
      }),
    runJob,
  };
}
