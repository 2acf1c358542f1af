import type { Context } from "hono";
import type { ContainerIdentity } from "../../shared/docker/docker-host.ts";
import { canSeeService, type Principal } from "../../shared/protocol/access.ts";
import type { Service, ServiceDetail } from "../../shared/protocol/service.ts";
import { AppError } from "../../shared/server/errors.ts";
import type { DockerEngine } from "../docker/docker-engine.ts";
import type { ApiEnv } from "../http/context.ts";
import type { Locks } from "../jobs/resource-locks.ts";
import { messages } from "./messages.ts";

type Docker = Pick<DockerEngine, "detail" | "identify">;
type Caller = Pick<Principal, "limits">;

/** A container in full. @throws AppError `forbidden` when the caller cannot see it; `not_found` */
export const findService = (docker: Docker, caller: Caller, ref: string): Promise<ServiceDetail> =>
  visible(caller, docker.detail(ref));

/** Id, name and log settings of a container, with one request less. @throws AppError like {@link findService} */
export const identifyService = (docker: Docker, caller: Caller, ref: string): Promise<ContainerIdentity> =>
  visible(caller, docker.identify(ref));

/** A caller with a narrower scope gets the same response for a hidden container as for a missing one. */
async function visible<T extends { name: string }>({ limits }: Caller, lookup: Promise<T>): Promise<T> {
  const container = await lookup.catch((error: unknown) => {
    if (limits.services !== null && error instanceof AppError && error.code === "not_found") throw hidden();
    throw error;
  });
  if (!canSeeService(limits, container.name)) throw hidden();
  return container;
}

/** Finds containers for reads, and names them in the audit trail. */
export function createServiceAccess({ docker }: { docker: DockerEngine }) {
  const named = async <T extends { name: string }>(c: Context<ApiEnv>, lookup: Promise<T>): Promise<T> => {
    const container = await lookup;
    c.set("auditTarget", container.name);
    return container;
  };
  return {
    find: (c: Context<ApiEnv>, ref: string) => named(c, findService(docker, c.get("principal"), ref)),
    identify: (c: Context<ApiEnv>, ref: string) => named(c, identifyService(docker, c.get("principal"), ref)),
  };
}

/** Ids of the rooms of a container. Viewers subscribe to its id or its name. */
export const roomsOf = ({ id, name }: Pick<Service, "id" | "name">): string[] => [id, name];

/** Actions on one container run one after the other, and not while its stack starts or stops as a whole. */
export const locksOf = ({ name, composeProject }: Pick<Service, "name" | "composeProject">): Locks => ({
  exclusive: [serviceKey(name)],
  shared: composeProject === null ? [] : [stackKey(composeProject)],
});
export const serviceKey = (name: string): string => `service:${name}`;
export const stackKey = (name: string): string => `stack:${name}`;

/** The same refusal for a hidden container and a missing one. */
export const hidden = () => new AppError("forbidden", messages.hidden);
