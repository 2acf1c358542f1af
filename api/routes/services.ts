import type { Context } from "hono";
import { z } from "zod";
import { UnavailableError } from "../../shared/host/dependency.ts";
import { seesService } from "../../shared/protocol/access.ts";
import { containerRef } from "../../shared/protocol/identifier.ts";
import { ok } from "../../shared/protocol/result.ts";
import {
  removeServiceQuery,
  type Service,
  type ServiceAction,
  type ServiceDetail,
} from "../../shared/protocol/service.ts";
import type { DependencyState } from "../../shared/protocol/system.ts";
import { AppError } from "../../shared/server/errors.ts";
import { type ApiEnv, createRoutes } from "../context.ts";
import type { ApiDeps } from "../deps.ts";
import { described } from "../middleware/described.ts";
import { validated } from "../middleware/validated.ts";
import { serviceDetailSchema, serviceSchema } from "../schemas/service.ts";
import { dependencySchema } from "../schemas/system.ts";

const tag = "Services";
const params = z.object({ id: containerRef.describe("Full id or exact name of the container.") });

/** Containers of the host: lists and single views, start, stop, restart, remove. */
export function servicesRoutes({ docker, realtime }: Pick<ApiDeps, "docker" | "realtime">) {
  /** A limited caller learns of a container that is not his neither what it is nor whether it is. */
  const find = async (c: Context<ApiEnv>, ref: string): Promise<ServiceDetail> => {
    const { limits } = c.get("principal");
    const service = await docker.detail(ref).catch((error: unknown) => {
      if (limits.services !== null && error instanceof AppError && error.code === "not_found") throw hidden();
      throw error;
    });
    if (!seesService(limits, service.name)) throw hidden();
    c.set("auditTarget", service.name);
    return service;
  };

  const tell = ({ id, name }: Service, state: Service["state"], action: string) => {
    const timestamp = new Date().toISOString();
    realtime.emitToWS("services", "services:changed", { containerName: name, containerId: id, action, timestamp });
    // A subscriber chose the id of its room itself: the container's id, or its name.
    for (const room of [id, name])
      realtime.emitToService(room, "status", { serviceId: room, containerName: name, status: state, timestamp });
  };

  const act = async (c: Context<ApiEnv>, ref: string, action: ServiceAction) => {
    const before = await find(c, ref);
    await docker.act(before.id, action);
    const after = await docker.detail(before.id).catch((error: unknown): ServiceDetail => {
      // `docker run --rm`: the container goes as soon as it stops.
      if (error instanceof AppError && error.code === "not_found") return { ...before, state: "removing" };
      throw error;
    });
    tell(after, after.state, action);
    return c.json(ok({ service: after }));
  };

  return createRoutes()
    .get(
      "/",
      described({
        ...{ tag, summary: "List every container of the host" },
        answer: { services: z.array(serviceSchema), engine: dependencySchema },
      }),
      async (c) => {
        const { limits } = c.get("principal");
        const { services, engine } = await listOrState(docker.list);
        return c.json(ok({ services: services.filter(({ name }) => seesService(limits, name)), engine }));
      },
    )
    .get(
      "/:id",
      described({ tag, summary: "One container in full", answer: { service: serviceDetailSchema } }),
      validated("param", params),
      async (c) => c.json(ok({ service: await find(c, c.req.valid("param").id) })),
    )
    .post(
      "/:id/start",
      described({ tag, summary: "Start a container", answer: { service: serviceDetailSchema } }),
      validated("param", params),
      (c) => act(c, c.req.valid("param").id, "start"),
    )
    .post(
      "/:id/stop",
      described({ tag, summary: "Stop a container", answer: { service: serviceDetailSchema } }),
      validated("param", params),
      (c) => act(c, c.req.valid("param").id, "stop"),
    )
    .post(
      "/:id/restart",
      described({ tag, summary: "Restart a container", answer: { service: serviceDetailSchema } }),
      validated("param", params),
      (c) => act(c, c.req.valid("param").id, "restart"),
    )
    .delete(
      "/:id",
      described({ tag, summary: "Remove a container" }),
      validated("param", params),
      validated("query", removeServiceQuery),
      async (c) => {
        const service = await find(c, c.req.valid("param").id);
        await docker.remove(service.id, c.req.valid("query"));
        tell(service, "removing", "remove");
        return c.json(ok({}));
      },
    );
}

const hidden = () => new AppError("forbidden", "You are not allowed to see this container.");

/** An absent Engine is a state shown beside an empty list, and no error. */
async function listOrState(list: () => Promise<Service[]>): Promise<{ services: Service[]; engine: DependencyState }> {
  try {
    return { services: await list(), engine: { state: "up" } };
  } catch (error) {
    if (!(error instanceof UnavailableError)) throw error;
    return { services: [], engine: { state: error.state, hint: error.message } };
  }
}
