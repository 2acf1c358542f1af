import type { DockerHost } from "../../shared/docker/docker-host.ts";
import { canSeeService } from "../../shared/protocol/access.ts";
import type { ServiceRef } from "../../shared/protocol/events/services.ts";
import { AppError } from "../../shared/server/errors.ts";
import type { SocketOf } from "./namespace.ts";

const notVisible = () => new AppError("not_found", "There is no such container.");

/**
 * Finds the container that a caller names. Containers outside the caller's scope look like missing ones.
 *
 * @throws AppError `not_found`; `forbidden` when the id of the service is outside the scope and not that of the container
 */
export async function resolveService(
  docker: Pick<DockerHost, "identify">,
  socket: SocketOf<"services">,
  { serviceId, containerName }: ServiceRef,
) {
  const { limits } = socket.data.principal;
  if (limits.services !== null && !canSeeService(limits, containerName)) throw notVisible();
  const container = await docker.identify(containerName);
  // An unknown name can be the prefix of another container's id.
  if (!canSeeService(limits, container.name)) throw notVisible();
  if (limits.services !== null && !limits.services.includes(serviceId) && serviceId !== container.id) {
    throw new AppError("forbidden", "You are not allowed to watch this container.");
  }
  return container;
}
