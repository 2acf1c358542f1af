import { z } from "zod";
import type { ContainerIdentity } from "../../shared/docker/docker-host.ts";
import { containerRef } from "../../shared/protocol/identifier.ts";
import type { ContainerState, Service, ServiceDetail } from "../../shared/protocol/service.ts";
import { AppError } from "../../shared/server/errors.ts";
import type { ActionContext, ActionOutcome, ActionTarget } from "../actions/action.ts";
import { findService, identifyService, locksOf, roomsOf } from "./service-access.ts";
import { toServiceView } from "./service-view.ts";

export const serviceParams = z.object({ id: containerRef.describe("Full id or exact name of the container.") });

type ServiceInput = { params: { id: string } };
type Named = Pick<Service, "id" | "name">;
type Realtime = ActionContext["deps"]["realtime"];

/** Notifies the namespace that the list of containers has changed. */
export function notifyList(realtime: Realtime, { id, name }: Named, action: string): void {
  const timestamp = new Date().toISOString();
  realtime.emitToWS("services", "services:changed", { containerName: name, containerId: id, action, timestamp });
}

/** Notifies the namespace, and the rooms of the container, of its state. */
export function notifyState(realtime: Realtime, { id, name }: Named, state: ContainerState, action: string): void {
  notifyList(realtime, { id, name }, action);
  const timestamp = new Date().toISOString();
  for (const room of roomsOf({ id, name }))
    realtime.emitToService(room, "status", { serviceId: room, containerName: name, status: state, timestamp });
}

/** A container after an action. `docker run --rm` removes one as soon as it stops: then its state is `removing`. */
export const detailAfter = (before: ServiceDetail, { deps }: Pick<ActionContext, "deps">): Promise<ServiceDetail> =>
  deps.docker.detail(before.id).catch((error: unknown): ServiceDetail => {
    if (error instanceof AppError && error.code === "not_found") return { ...before, state: "removing" };
    throw error;
  });

/** The container after an action, as the caller may see it. */
export async function viewAfter(
  before: ServiceDetail,
  context: Pick<ActionContext, "deps" | "principal">,
): Promise<{ service: ServiceDetail }> {
  const service = await detailAfter(before, context);
  return { service: toServiceView(service, context.principal, context.deps.stopRequests) };
}

/** Sends the state that the result holds, or else the state of now. A failed action sends nothing. */
async function notify({ verb, subject, result, error }: ActionOutcome<ServiceDetail>, context: ActionContext) {
  if (error !== undefined) return;
  const changed = result?.service as ServiceDetail | undefined;
  const service = changed ?? (await detailAfter(subject, context));
  notifyState(context.deps.realtime, service, service.state, verb);
}

const named = {
  label: ({ name }: Named) => name,
  locks: locksOf,
  services: ({ name }: Named) => [name],
  rooms: roomsOf,
};

/** One container, in full. Actions on it run one after the other, and not while its stack changes as a whole. */
export const serviceTarget: ActionTarget<ServiceInput, ServiceDetail> = {
  ...named,
  resolve: ({ params }, { deps, principal }) => findService(deps.docker, principal, params.id),
  notify,
};

/** One container by id and name, for actions that read the rest themselves. Notifies of a changed list. */
export const serviceIdentityTarget: ActionTarget<ServiceInput, ContainerIdentity> = {
  ...named,
  resolve: ({ params }, { deps, principal }) => identifyService(deps.docker, principal, params.id),
  notify: ({ verb, subject }, { deps }) => notifyList(deps.realtime, subject, verb),
};
