import type { Job } from "../../../../../shared/protocol/job.ts";
import type { Service, ServiceAction } from "../../../../../shared/protocol/service.ts";
import type { ContainerSignal } from "../../../../../shared/protocol/service-change.ts";
import type { LimitsInput } from "../../../lib/api/services.ts";
import { api } from "../../../lib/api.ts";
import { useJobs } from "../../../lib/jobs/jobs.ts";
import { queryKeys, useInvalidate } from "../../../lib/queries.ts";
import { visibleName } from "../../../lib/terminal-text.ts";
import { createResourceActions } from "../../../resource/resource-actions.ts";
import { confirm } from "../../../ui/confirm.tsx";
import { menuMessages } from "../messages.ts";
import { actionLabels, type ServiceActionName } from "../service-state.ts";

export interface RemoveOptions {
  force: boolean;
  volumes: boolean;
}

type ServiceRef = Pick<Service, "id" | "name">;

/** Actions on containers, one at a time for each. A long one continues as a job, whose end the frame announces. */
export function createServiceActions() {
  const jobs = useJobs();
  const invalidate = useInvalidate();
  const { pending, run, runJob } = createResourceActions<ServiceRef, ServiceActionName>({
    id: ({ id }) => id,
    done: ({ name }, action) => `${visibleName(name)} ${actionLabels[action].done}`,
    refetch: () => invalidate(queryKeys.services),
    followJob: (job: Job) => jobs.started(job),
  });
  return {
    pending,
    act: (service: ServiceRef, action: ServiceAction) =>
      runJob(service, action, () => api.services.act(service.id, action)),
    remove: (service: ServiceRef, options: RemoveOptions) =>
      runJob(service, "remove", () => api.services.remove(service.id, options)),
    /** Asks first. */
    async askRecreate(service: ServiceRef): Promise<void> {
      const yes = await confirm({
        title: menuMessages.recreateTitle(visibleName(service.name)),
        body: menuMessages.recreateBody,
        action: menuMessages.recreateAction,
      });
      if (yes) await runJob(service, "recreate", () => api.services.recreate(service.id));
    },
    pause: (service: ServiceRef) => run(service, "pause", () => api.services.pause(service.id)),
    unpause: (service: ServiceRef) => run(service, "unpause", () => api.services.unpause(service.id)),
    kill: (service: ServiceRef, signal: ContainerSignal) =>
      run(service, "kill", () => api.services.kill(service.id, signal)),
    rename: (service: ServiceRef, name: string) => run(service, "rename", () => api.services.rename(service.id, name)),
    update: (service: ServiceRef, limits: LimitsInput) =>
      run(service, "update", () => api.services.update(service.id, limits)),
  };
}

export type ServiceActions = ReturnType<typeof createServiceActions>;
