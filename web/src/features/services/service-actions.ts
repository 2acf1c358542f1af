import type { Job } from "../../../../shared/protocol/job.ts";
import type { Service, ServiceAction } from "../../../../shared/protocol/service.ts";
import type { ContainerSignal } from "../../../../shared/protocol/service-change.ts";
import type { LimitsInput } from "../../lib/api/services.ts";
import { api } from "../../lib/api.ts";
import { jobs } from "../../lib/jobs/jobs.ts";
import { createPendingActions } from "../../lib/pending-actions.ts";
import { invalidate, queryKeys } from "../../lib/queries.ts";
import { visibleName } from "../../lib/terminal-text.ts";
import { toast } from "../../ui/index.ts";
import { deedWords, type ServiceDeed } from "./service-state.ts";

export interface RemoveOptions {
  force: boolean;
  volumes: boolean;
}

/** What is done to containers, one thing at a time for each; what takes long goes on as a job, whose end the shell tells. */
export function createServiceDeeds() {
  const pending = createPendingActions<ServiceDeed>();
  const run = (service: Service, deed: ServiceDeed, work: () => Promise<Job | undefined>) =>
    pending.run(
      service.id,
      deed,
      async () => {
        const job = await work();
        if (job) await jobs.begun(job);
        else toast.success(`${visibleName(service.name)} ${deedWords[deed].done}`);
        await invalidate(queryKeys.services);
      },
      (error) => {
        toast.error(error);
        void invalidate(queryKeys.services);
      },
    );
  const change = (service: Service, deed: ServiceDeed, work: () => Promise<unknown>) =>
    run(service, deed, async () => {
      await work();
      return undefined;
    });
  return {
    pending: (service: Pick<Service, "id">) => pending.of(service.id),
    act: (service: Service, action: ServiceAction) => run(service, action, () => api.services.act(service.id, action)),
    remove: (service: Service, options: RemoveOptions) =>
      run(service, "remove", () => api.services.remove(service.id, options)),
    pause: (service: Service) => change(service, "pause", () => api.services.pause(service.id)),
    unpause: (service: Service) => change(service, "unpause", () => api.services.unpause(service.id)),
    kill: (service: Service, signal: ContainerSignal) =>
      change(service, "kill", () => api.services.kill(service.id, signal)),
    rename: (service: Service, name: string) => change(service, "rename", () => api.services.rename(service.id, name)),
    update: (service: Service, limits: LimitsInput) =>
      change(service, "update", () => api.services.update(service.id, limits)),
    recreate: (service: Service) => run(service, "recreate", () => api.services.recreate(service.id)),
  };
}

export type ServiceDeeds = ReturnType<typeof createServiceDeeds>;
