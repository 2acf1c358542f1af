import type { Service, ServiceAction } from "../../../../shared/protocol/service.ts";
import { api } from "../../lib/api.ts";
import { createPendingActions } from "../../lib/pending-actions.ts";
import { invalidate, queryKeys } from "../../lib/queries.ts";
import { toast } from "../../ui/index.ts";
import { visibleName } from "../logs/terminal-text.ts";
import { deedWords, type ServiceDeed } from "./service-state.ts";

export interface RemoveOptions {
  force: boolean;
  volumes: boolean;
}

/** Start, stop, restart and remove, one at a time for each container. */
export function createServiceDeeds() {
  const pending = createPendingActions<ServiceDeed>();
  const run = (service: Service, deed: ServiceDeed, work: () => Promise<unknown>) =>
    pending.run(
      service.id,
      deed,
      async () => {
        await work();
        toast.success(`${visibleName(service.name)} ${deedWords[deed].done}`);
        await invalidate(queryKeys.services);
      },
      (error) => {
        toast.error(error);
        void invalidate(queryKeys.services);
      },
    );
  return {
    pending: (service: Pick<Service, "id">) => pending.of(service.id),
    act: (service: Service, action: ServiceAction) => run(service, action, () => api.services.act(service.id, action)),
    remove: (service: Service, options: RemoveOptions) =>
      run(service, "remove", () => api.services.remove(service.id, options)),
  };
}

export type ServiceDeeds = ReturnType<typeof createServiceDeeds>;
