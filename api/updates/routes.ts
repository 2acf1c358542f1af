import type { Context } from "hono";
import { z } from "zod";
import { seesService } from "../../shared/protocol/access.ts";
import { containerRef } from "../../shared/protocol/identifier.ts";
import { jobSchema } from "../../shared/protocol/job.ts";
import { ok } from "../../shared/protocol/result.ts";
import { checkUpdatesRequest, serviceUpdateSchema } from "../../shared/protocol/update.ts";
import type { ApiDeps } from "../deps.ts";
import { type ApiEnv, createRoutes } from "../http/context.ts";
import { described } from "../http/openapi.ts";
import { validated } from "../http/validate.ts";
import { beginJob } from "../jobs/start-job.ts";
import { createServiceAccess, hidden, keysOf, roomsOf } from "../services/service-access.ts";

const tag = "Updates";
const params = z.object({ id: containerRef.describe("Full id or exact name of the container.") });
const answer = { job: jobSchema };

type UpdateDeps = Pick<ApiDeps, "docker" | "realtime" | "jobs" | "updateChecks" | "updates">;

/** Which services have a newer image, as their registries said when they were asked last. */
export function updatesRoutes({ jobs, updateChecks }: UpdateDeps) {
  return createRoutes()
    .get(
      "/",
      described({
        tag,
        summary: "Which services have a newer image",
        answer: {
          services: z.array(serviceUpdateSchema),
          everyHours: z.number().describe("Hours between two looks by itself; 0: only on demand."),
        },
      }),
      async (c) => {
        const { limits } = c.get("principal");
        const services = (await updateChecks.status()).filter(({ service }) => seesService(limits, service));
        return c.json(ok({ services, everyHours: updateChecks.everyHours }));
      },
    )
    .post(
      "/check",
      described({ tag, summary: "Ask the registries for newer images now", answer, status: 202 }),
      validated("json", checkUpdatesRequest),
      (c) => {
        const { service } = c.req.valid("json");
        const { limits } = c.get("principal");
        if (service !== undefined && !seesService(limits, service)) throw hidden();
        const services = service === undefined ? limits.services : [service];
        const job = beginJob(c, jobs, {
          kind: "update:check",
          target: service ?? "all services",
          keys: { own: ["update check"] },
          services: services ?? [],
          run: ({ signal, step }) => updateChecks.check({ ...(services ? { services } : {}), signal, onStep: step }),
        });
        return c.json(ok({ job }), 202);
      },
    );
}

/** A newer image for one service, and the way back. */
export function serviceUpdatesRoutes({ docker, realtime, jobs, updates }: UpdateDeps) {
  const access = createServiceAccess({ docker, realtime });
  const begin = async (c: Context<ApiEnv>, ref: string, action: "update" | "goBack") => {
    const service = await access.identify(c, ref);
    const { id, name } = service;
    const job = beginJob(c, jobs, {
      kind: action === "update" ? "service:update" : "service:go-back",
      target: name,
      keys: keysOf(service),
      services: [name],
      rooms: roomsOf(service),
      run: async (handle) => {
        try {
          return { ...(await updates[action](name, handle)) };
        } finally {
          access.tellChange({ id, name }, "update");
        }
      },
    });
    return c.json(ok({ job }), 202);
  };
  return createRoutes()
    .post(
      "/:id/update",
      described({
        tag,
        summary: "Pull the newest image of a service and make it anew",
        answer,
        status: 202,
        description:
          "The container is made anew of what its reference means at the registry now. When the new one does not run (or does not become healthy), the old one is put back. The image of before is kept.",
      }),
      validated("param", params),
      (c) => begin(c, c.req.valid("param").id, "update"),
    )
    .post(
      "/:id/go-back",
      described({
        tag,
        summary: "Make a service anew of the image before its last update",
        answer,
        status: 202,
      }),
      validated("param", params),
      (c) => begin(c, c.req.valid("param").id, "goBack"),
    );
}
