import type { Context } from "hono";
import { z } from "zod";
import { seesService } from "../../shared/protocol/access.ts";
import { containerRef } from "../../shared/protocol/identifier.ts";
import { jobSchema } from "../../shared/protocol/job.ts";
import { ok } from "../../shared/protocol/result.ts";
import {
  removeServiceQuery,
  type Service,
  type ServiceAction,
  type ServiceDetail,
  serviceDetailSchema,
  serviceSchema,
} from "../../shared/protocol/service.ts";
import type { DependencyState } from "../../shared/protocol/system.ts";
import { dependencySchema } from "../../shared/protocol/system.ts";
import { UnavailableError } from "../../shared/server/dependency.ts";
import { AppError } from "../../shared/server/errors.ts";
import type { ApiDeps } from "../deps.ts";
import { type ApiEnv, createRoutes } from "../http/context.ts";
import { described } from "../http/openapi.ts";
import { validated } from "../http/validate.ts";
import { quickOrJob } from "../jobs/respond-or-enqueue.ts";
import { createServiceAccess, keysOf, roomsOf } from "./service-access.ts";
import { toServiceView } from "./service-view.ts";

const tag = "Services";
const params = z.object({ id: containerRef.describe("Full id or exact name of the container.") });
/** What is over within a moment is answered as done; what is not goes on as a job, with 202. */
const description =
  "Answers 200 when it is done at once, and 202 with the job when it takes longer; the job is told to the room of the service too.";
const answer = { service: serviceDetailSchema.optional(), job: jobSchema.optional() };

type ServicesDeps = Pick<ApiDeps, "docker" | "realtime" | "jobs" | "containerFacts" | "stopRequests" | "stats">;

/** Containers of the host: lists and single views, start, stop, restart, remove. */
export function servicesRoutes(deps: ServicesDeps) {
  const { docker, jobs, containerFacts, stopRequests, stats } = deps;
  const { find, tell } = createServiceAccess(deps);

  const withUsage = (service: Service): Service => {
    const measured = stats.latest().get(service.name);
    if (service.state !== "running" || measured?.containerId !== service.id) return service;
    const { cpuPercent, memoryBytes } = measured;
    return { ...service, usage: { cpuPercent: Math.round(cpuPercent * 100) / 100, memoryBytes } };
  };

  const act = async (c: Context<ApiEnv>, ref: string, action: ServiceAction) => {
    const before = await find(c, ref);
    const outcome = await quickOrJob(c, jobs, {
      kind: `service:${action}`,
      target: before.name,
      keys: keysOf(before),
      services: [before.name],
      rooms: roomsOf(before),
      work: async () => {
        // The Engine tells it too, unless its events do not reach the panel just now.
        if (action !== "start") stopRequests.note(before.id);
        await docker.act(before.id, action).catch((error: unknown) => {
          stopRequests.takeBack(before.id);
          throw error;
        });
        const service = await docker.detail(before.id).catch((error: unknown): ServiceDetail => {
          // `docker run --rm`: the container goes as soon as it stops.
          if (error instanceof AppError && error.code === "not_found") return { ...before, state: "removing" };
          throw error;
        });
        tell(service, service.state, action);
        return { service: toServiceView(service, c.get("principal"), stopRequests) };
      },
    });
    return "job" in outcome ? c.json(ok(outcome), 202) : c.json(ok(outcome.done));
  };

  return createRoutes()
    .get(
      "/",
      described({
        tag,
        summary: "List every container of the host",
        answer: { services: z.array(serviceSchema), engine: dependencySchema },
      }),
      async (c) => {
        const principal = c.get("principal");
        const { services, engine } = await listOrState(docker.list);
        const full = await containerFacts.addTo(services);
        const seen = full
          .filter(({ name }) => seesService(principal.limits, name))
          .map((service) => toServiceView(withUsage(service), principal, stopRequests));
        return c.json(ok({ services: seen, engine }));
      },
    )
    .get(
      "/:id",
      described({ tag, summary: "One container in full", answer: { service: serviceDetailSchema } }),
      validated("param", params),
      async (c) => {
        const service = await find(c, c.req.valid("param").id);
        return c.json(ok({ service: toServiceView(service, c.get("principal"), stopRequests) }));
      },
    )
    .post(
      "/:id/start",
      described({ tag, summary: "Start a container", description, answer }),
      validated("param", params),
      (c) => act(c, c.req.valid("param").id, "start"),
    )
    .post(
      "/:id/stop",
      described({ tag, summary: "Stop a container", description, answer }),
      validated("param", params),
      (c) => act(c, c.req.valid("param").id, "stop"),
    )
    .post(
      "/:id/restart",
      described({ tag, summary: "Restart a container", description, answer }),
      validated("param", params),
      (c) => act(c, c.req.valid("param").id, "restart"),
    )
    .delete(
      "/:id",
      described({ tag, summary: "Remove a container", description, answer: { job: jobSchema.optional() } }),
      validated("param", params),
      validated("query", removeServiceQuery),
      async (c) => {
        const service = await find(c, c.req.valid("param").id);
        const options = c.req.valid("query");
        if (options.volumes) c.set("auditDetail", "with its anonymous volumes");
        const outcome = await quickOrJob(c, jobs, {
          kind: "service:remove",
          target: service.name,
          keys: keysOf(service),
          services: [service.name],
          rooms: roomsOf(service),
          work: async () => {
            await docker.remove(service.id, options);
            tell(service, "removing", "remove");
            return {};
          },
        });
        return "job" in outcome ? c.json(ok(outcome), 202) : c.json(ok({}));
      },
    );
}

/** An absent Engine is a state shown beside an empty list, and no error. */
async function listOrState(list: () => Promise<Service[]>): Promise<{ services: Service[]; engine: DependencyState }> {
  try {
    return { services: await list(), engine: { state: "up" } };
  } catch (error) {
    if (!(error instanceof UnavailableError)) throw error;
    return { services: [], engine: { state: error.state, hint: error.message } };
  }
}
