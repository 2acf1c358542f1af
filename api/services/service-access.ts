import type { Context } from "hono";
import type { ContainerIdentity } from "../../shared/docker/docker-host.ts";
import { seesService } from "../../shared/protocol/access.ts";
import type { Service, ServiceDetail } from "../../shared/protocol/service.ts";
import { AppError } from "../../shared/server/errors.ts";
import type { ApiDeps } from "../deps.ts";
import type { ApiEnv } from "../http/context.ts";
import type { Keys } from "../jobs/resource-locks.ts";

/** Finds containers for those who may see them, and tells their viewers what became of them. */
export function createServiceAccess({ docker, realtime }: Pick<ApiDeps, "docker" | "realtime">) {
  /** To the whole namespace: the list is another one. */
  const tellChange = ({ id, name }: Pick<Service, "id" | "name">, action: string): void => {
    const timestamp = new Date().toISOString();
    realtime.emitToWS("services", "services:changed", { containerName: name, containerId: id, action, timestamp });
  };
  /** A limited caller learns of a container that is not his neither what it is nor whether it is. */
  const look = async <T extends { name: string }>(c: Context<ApiEnv>, asked: Promise<T>): Promise<T> => {
    const { limits } = c.get("principal");
    const container = await asked.catch((error: unknown) => {
      if (limits.services !== null && error instanceof AppError && error.code === "not_found") throw hidden();
      throw error;
    });
    if (!seesService(limits, container.name)) throw hidden();
    c.set("auditTarget", container.name);
    return container;
  };
  return {
    /** All that is known of a container. */
    find: (c: Context<ApiEnv>, ref: string): Promise<ServiceDetail> => look(c, docker.detail(ref)),
    /** Which container it is, for less. */
    identify: (c: Context<ApiEnv>, ref: string): Promise<ContainerIdentity> => look(c, docker.identify(ref)),
    tellChange,
    /** To the whole namespace that the list changed, and to the rooms of the container in which state it is now. */
    tell({ id, name }: Pick<Service, "id" | "name">, state: Service["state"], action: string): void {
      tellChange({ id, name }, action);
      const timestamp = new Date().toISOString();
      for (const room of roomsOf({ id, name }))
        realtime.emitToService(room, "status", { serviceId: room, containerName: name, status: state, timestamp });
    },
  };
}

/** A subscriber chose the id of its room itself: the container's id, or its name. */
export const roomsOf = ({ id, name }: Pick<Service, "id" | "name">): string[] => [id, name];

/**
 * What is done to one container is done one after the other, whoever asks for it, and not while its stack is brought up
 * or down as a whole.
 */
export const keysOf = ({ name, composeProject }: Pick<Service, "name" | "composeProject">): Keys => ({
  own: [serviceKey(name)],
  within: composeProject === null ? [] : [stackKey(composeProject)],
});
export const serviceKey = (name: string): string => `service:${name}`;
export const stackKey = (name: string): string => `stack:${name}`;

/** One sentence, whether the container is another's or none. */
export const hidden = () => new AppError("forbidden", "You are not allowed to see this container.");
