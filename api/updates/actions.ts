import type { ContainerIdentity } from "../../shared/docker/docker-host.ts";
import { canSeeService } from "../../shared/protocol/access.ts";
import { checkUpdatesRequest } from "../../shared/protocol/update.ts";
import { type ApplyContext, action } from "../actions/action.ts";
import { hidden } from "../services/service-access.ts";
import { notifyList, serviceIdentityTarget, serviceParams } from "../services/service-target.ts";

const control = { tag: "Updates", permission: "services:control", mode: "enqueue" } as const;
/** A job on one service. */
const onService = { ...control, params: serviceParams, target: serviceIdentityTarget } as const;

const checkUpdates = action({
  ...control,
  name: "update:check",
  method: "POST",
  path: "/updates/check",
  title: "Check the registries for newer images now",
  body: checkUpdatesRequest,
  target: {
    /** Names of the services to check; null for all. */
    resolve: ({ body: { service } }, { principal: { limits } }): readonly string[] | null => {
      if (service === undefined) return limits.services;
      if (!canSeeService(limits, service)) throw hidden();
      return [service];
    },
    label: (services) => {
      if (services === null) return "all containers";
      return services.length === 1 ? String(services[0]) : `${services.length} containers`;
    },
    locks: () => ({ exclusive: ["update check"] }),
    services: (services) => services ?? [],
  },
  apply: (_input, { subject: services, deps, job: { signal, step } }) =>
    deps.updateChecks.check({ services: services ?? undefined, signal, onStep: step }),
});

const rollBack = ({ subject, deps, job }: ApplyContext<ContainerIdentity>) => deps.updates.rollBack(subject.name, job);

const updateService = action({
  ...onService,
  name: "service:update",
  method: "POST",
  path: "/services/:id/update",
  title: "Update a container to the newest image of its tag",
  description:
    "Recreates the container from the image its tag currently resolves to. Restores the old container when the new one does not run (or does not become healthy). The previous image is kept.",
  apply: (_input, { subject, deps, job }) => deps.updates.update(subject.name, job),
  undo: rollBack,
});

const rollBackService = action({
  ...onService,
  name: "service:go-back",
  method: "POST",
  path: "/services/:id/go-back",
  title: "Roll a container back to the image before its last update",
  apply: (_input, context) => rollBack(context),
  // The page knows one event for both directions.
  notify: ({ subject }, { deps }) => notifyList(deps.realtime, subject, "update"),
});

export const updateActions = [checkUpdates, updateService, rollBackService] as const;
