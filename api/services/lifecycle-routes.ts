import type { Context } from "hono";
import { z } from "zod";
import { containerRef } from "../../shared/protocol/identifier.ts";
import { jobSchema } from "../../shared/protocol/job.ts";
import { ok } from "../../shared/protocol/result.ts";
import type { Service } from "../../shared/protocol/service.ts";
import { serviceDetailSchema } from "../../shared/protocol/service.ts";
import {
  killBody,
  limitsBody,
  recreateBody,
  renameBody,
  serviceProcessSchema,
} from "../../shared/protocol/service-change.ts";
import { requireUnlimited } from "../access/identity/unlimited.ts";
import type { ApiDeps } from "../deps.ts";
import { type ApiEnv, createRoutes } from "../http/context.ts";
import { described } from "../http/openapi.ts";
import { validated } from "../http/validate.ts";
import type { Keys } from "../jobs/resource-locks.ts";
import { beginJob } from "../jobs/start-job.ts";
import type { RecreatePhase } from "../updates/recreate.ts";
import { createServiceAccess, keysOf, roomsOf, serviceKey } from "./service-access.ts";
import { toServiceView } from "./service-view.ts";

const tag = "Services";
const params = z.object({ id: containerRef.describe("Full id or exact name of the container.") });
const answer = { service: serviceDetailSchema };

const phaseWords: Record<RecreatePhase, string> = {
  create: "Make the new container",
  stop: "Stop the old one",
  start: "Start the new one",
  check: "See that it runs",
  clean: "Remove the old one",
  restore: "Put the old one back",
};

/** More of what is done to one container, and what is inside of it. */
export function serviceLifecycleRoutes(deps: Pick<ApiDeps, "docker" | "realtime" | "jobs" | "stopRequests">) {
  const { docker, jobs, stopRequests } = deps;
  const { lifecycle } = docker;
  const { find, tell } = createServiceAccess(deps);

  /** Finds, does, looks again, tells. */
  const change = async (
    c: Context<ApiEnv>,
    ref: string,
    { action, keys, work }: { action: string; keys: (before: Service) => Keys; work: (id: string) => Promise<void> },
  ) => {
    const before = await find(c, ref);
    c.get("stillAllowed")?.();
    const giveBack = jobs.hold(keys(before));
    try {
      await work(before.id);
      const service = await docker.detail(before.id);
      tell(service, service.state, action);
      return c.json(ok({ service: toServiceView(service, c.get("principal"), stopRequests) }));
    } finally {
      giveBack();
    }
  };

  return createRoutes()
    .post(
      "/:id/pause",
      described({ tag, summary: "Freeze the processes of a container", answer }),
      validated("param", params),
      (c) => change(c, c.req.valid("param").id, { action: "pause", keys: keysOf, work: lifecycle.pause }),
    )
    .post(
      "/:id/unpause",
      described({ tag, summary: "Let a paused container go on", answer }),
      validated("param", params),
      (c) => change(c, c.req.valid("param").id, { action: "unpause", keys: keysOf, work: lifecycle.unpause }),
    )
    .post(
      "/:id/kill",
      described({ tag, summary: "Send a signal to the main process of a container", answer }),
      validated("param", params),
      validated("json", killBody),
      (c) => {
        const { signal } = c.req.valid("json");
        c.set("auditDetail", signal);
        const work = (id: string) => lifecycle.kill(id, signal);
        // No key: what is killed is often what another action waits for, a stop or the end of a whole stack.
        return change(c, c.req.valid("param").id, { action: "kill", keys: () => ({ own: [] }), work });
      },
    )
    .post(
      "/:id/rename",
      described({
        tag,
        summary: "Give a container another name",
        answer,
        description: "Not for those limited to some containers: names are what they are limited by.",
      }),
      validated("param", params),
      validated("json", renameBody),
      (c) => {
        requireUnlimited(c);
        const { name } = c.req.valid("json");
        c.set("auditDetail", `to ${name}`);
        const work = (id: string) => lifecycle.rename(id, name);
        const keys = (before: Service): Keys => {
          const { own, within } = keysOf(before);
          return { own: [...own, serviceKey(name)], within };
        };
        return change(c, c.req.valid("param").id, { action: "rename", keys, work });
      },
    )
    .patch(
      "/:id",
      described({
        tag,
        summary: "Change what a container may use, and whether it comes back, also while it runs",
        answer,
      }),
      validated("param", params),
      validated("json", limitsBody),
      (c) => {
        const limits = c.req.valid("json");
        c.set("auditDetail", Object.keys(limits).join(", "));
        const work = (id: string) => lifecycle.update(id, limits);
        return change(c, c.req.valid("param").id, { action: "update", keys: keysOf, work });
      },
    )
    .post(
      "/:id/recreate",
      described({
        tag,
        summary: "Make a container anew with the same configuration",
        answer: { job: jobSchema },
        status: 202,
        description:
          "The old one is kept aside until the new one runs (is healthy, where it has a health check), and put back when it does not. With `image` it is made of another one that is on the host.",
      }),
      validated("param", params),
      validated("json", recreateBody),
      async (c) => {
        const { image } = c.req.valid("json");
        if (image !== undefined) requireUnlimited(c);
        const before = await find(c, c.req.valid("param").id);
        if (image !== undefined) c.set("auditDetail", `of ${image}`);
        const job = beginJob(c, jobs, {
          kind: "service:recreate",
          target: before.name,
          keys: keysOf(before),
          services: [before.name],
          rooms: roomsOf(before),
          run: async ({ signal, step }) => {
            let phase: RecreatePhase | undefined;
            const enter = (next: RecreatePhase | undefined, ended = "done") => {
              if (phase) step({ id: phase, label: phaseWords[phase], state: ended });
              phase = next;
              if (next) step({ id: next, label: phaseWords[next], state: "at work" });
            };
            const onPhase = (next: RecreatePhase) => enter(next, next === "restore" ? "failed" : "done");
            try {
              const made = await lifecycle.recreate(before.id, { ...(image ? { image } : {}), signal, onPhase });
              enter(undefined);
              tell({ id: made.id, name: made.name }, (await docker.detail(made.id)).state, "recreate");
              return { ...made };
            } catch (error) {
              enter(undefined, phase === "restore" ? "done" : "failed");
              tell(before, before.state, "recreate");
              throw error;
            }
          },
        });
        return c.json(ok({ job }), 202);
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
        summary: "What the Engine knows of a container",
        description:
          "The document of `docker inspect`, as far as it holds no secret: values of the environment and of options are masked, and fields that are not known to be harmless are left out.",
        answer: {
          document: z.record(z.string(), z.unknown()),
          leftOut: z.array(z.string()).describe("Names of the fields that are left out."),
        },
      }),
      validated("param", params),
      async (c) => {
        const { id } = await find(c, c.req.valid("param").id);
        const { document, leftOut } = await lifecycle.inspect(id);
        if (c.get("mayAct")) return c.json(ok({ document, leftOut }));
        // The Engine's own words on a start that failed are for who may act on the container.
        const { Error: words, ...state } = document.State as Record<string, unknown>;
        const more = words === undefined ? [] : ["State.Error"];
        return c.json(ok({ document: { ...document, State: state }, leftOut: [...leftOut, ...more].sort() }));
      },
    );
}
