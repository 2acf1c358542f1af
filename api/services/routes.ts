import { z } from "zod";
import { canSeeService } from "../../shared/protocol/access.ts";
import { containerRef } from "../../shared/protocol/identifier.ts";
import { ok } from "../../shared/protocol/result.ts";
import { type Service, serviceDetailSchema, serviceSchema, servicesQuery } from "../../shared/protocol/service.ts";
import { serviceProcessSchema } from "../../shared/protocol/service-change.ts";
import { dependencySchema } from "../../shared/protocol/system.ts";
import { listOrState } from "../../shared/server/dependency.ts";
import type { ApiDeps } from "../deps.ts";
import { createRoutes } from "../http/context.ts";
import { described } from "../http/openapi.ts";
import { validated } from "../http/validate.ts";
import { createServiceAccess } from "./service-access.ts";
import { toServiceView } from "./service-view.ts";

const tag = "Containers";
const params = z.object({ id: containerRef.describe("Full id or exact name of the container.") });
type ServicesDeps = Pick<ApiDeps, "docker" | "containerFacts" | "stopRequests" | "stats">;

/** Reads of the containers of the host. Changes are in `actions.ts`. */
export function servicesRoutes(deps: ServicesDeps) {
  const { docker, containerFacts, stopRequests, stats } = deps;
  const { lifecycle } = docker;
  const { find } = createServiceAccess(deps);

  const withUsage = (service: Service): Service => {
    const measured = stats.latest().get(service.name);
    if (service.state !== "running" || measured?.containerId !== service.id) return service;
    const { cpuPercent, memoryBytes } = measured;
    return { ...service, usage: { cpuPercent: Math.round(cpuPercent * 100) / 100, memoryBytes } };
  };

  return createRoutes()
    .get(
      "/",
      described({
        tag,
        summary: "List every container of the host",
        answer: { services: z.array(serviceSchema), engine: dependencySchema },
      }),
      validated("query", servicesQuery),
      async (c) => {
        const principal = c.get("principal");
        const named = c.req.valid("query").ids?.split(",");
        const { items, state: engine } = await listOrState(docker.list);
        const full = await containerFacts.addTo(items);
        const seen = full
          .filter(({ id, name }) => canSeeService(principal.limits, name) && (named?.includes(id) ?? true))
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
    .get(
      "/:id/processes",
      described({
        tag,
        summary: "Processes inside a running container",
        answer: { processes: z.array(serviceProcessSchema) },
      }),
      validated("param", params),
      async (c) => {
        const { id } = await find(c, c.req.valid("param").id);
        return c.json(ok({ processes: await lifecycle.processes(id) }));
      },
    )
    .get(
      "/:id/inspect",
      described({
        tag,
        summary: "Inspect a container",
        description:
          "The document of `docker inspect` without secrets: values of the environment and of options are masked, and fields that are not known to be harmless are omitted.",
        answer: {
          document: z.record(z.string(), z.unknown()),
          leftOut: z.array(z.string()).describe("Names of omitted fields."),
        },
      }),
      validated("param", params),
      async (c) => {
        const { id } = await find(c, c.req.valid("param").id);
        const { document, leftOut } = await lifecycle.inspect(id);
        if (c.get("mayAct")) return c.json(ok({ document, leftOut }));
        // The Engine's message about a failed start is for callers who may act on the container.
        const { Error: message, ...state } = document.State as Record<string, unknown>;
        const more = message === undefined ? [] : ["State.Error"];
        return c.json(ok({ document: { ...document, State: state }, leftOut: [...leftOut, ...more].sort() }));
      },
    );
}
