import type { Context } from "hono";
import { seesService } from "../../shared/protocol/access.ts";
import type { Service, ServiceDetail } from "../../shared/protocol/service.ts";
import { AppError } from "../../shared/server/errors.ts";
import type { ApiEnv } from "../context.ts";
import type { ApiDeps } from "../deps.ts";
import type { Keys } from "../jobs/keys.ts";

/** Finds containers for those who may see them, and tells their viewers what became of them. */
export function createServiceAccess({ docker, realtime }: Pick<ApiDeps, "docker" | "realtime">) {
  return {
    /** A limited caller learns of a container that is not his neither what it is nor whether it is. */
    async find(c: Context<ApiEnv>, ref: string): Promise<ServiceDetail> {
      const { limits } = c.get("principal");
      const service = await docker.detail(ref).catch((error: unknown) => {
        if (limits.services !== null && error instanceof AppError && error.code === "not_found") throw hidden();
        throw error;
      });
      if (!seesService(limits, service.name)) throw hidden();
      c.set("auditTarget", service.name);
      return service;
    },
    /** To the whole namespace that the list changed, and to the rooms of the container in which state it is now. */
    tell({ id, name }: Pick<Service, "id" | "name">, state: Service["state"], action: string): void {
      const timestamp = new Date().toISOString();
      realtime.emitToWS("services", "services:changed", { containerName: name, containerId: id, action, timestamp });
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

const hidden = () => new AppError("forbidden", "You are not allowed to see this container.");
