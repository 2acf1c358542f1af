import { describeRoute } from "hono-openapi";
import { handshakeRequest, handshakesRequest, jobQuestion, sessionsQuery } from "../../shared/protocol/access.ts";
import { ok } from "../../shared/protocol/result.ts";
import { shellReport } from "../../shared/protocol/shell.ts";
import { AppError } from "../../shared/server/errors.ts";
import { mayMonitor } from "../access/identity/may-monitor.ts";
import { nameOfPrincipal } from "../access/identity/principal-name.ts";
import { messages } from "../access/messages.ts";
import type { ApiDeps } from "../deps.ts";
import { createRoutes } from "../http/context.ts";
import { validated } from "../http/validate.ts";
import { seesJob } from "../jobs/visibility.ts";

/** Routes for the realtime server, which authenticates with the emit token and never comes through a proxy. */
export const internalRoutes = ({ access, jobs, trail }: Pick<ApiDeps, "access" | "jobs" | "trail">) =>
  createRoutes()
    .post("/handshakes", describeRoute({ hide: true }), validated("json", handshakesRequest), (c) => {
      const principals = c.req.valid("json").handshakes.map((handshake) => {
        const { data } = handshakeRequest.safeParse(handshake);
        const principal = data && access.identify(data);
        if (!principal) return null;
        return { ...principal, monitor: mayMonitor(principal, access), userId: access.userOf(principal) };
      });
      return c.json(ok({ principals }));
    })
    .post("/sessions", describeRoute({ hide: true }), validated("json", sessionsQuery), (c) =>
      c.json(ok({ valid: access.stillValid(c.req.valid("json").sessionIds) })),
    )
    .post("/jobs", describeRoute({ hide: true }), validated("json", jobQuestion), (c) => {
      const { jobId, ...who } = c.req.valid("json");
      const principal = access.current(who);
      const record = jobs.find(jobId);
      if (!principal || !record || !seesJob(principal, record)) throw new AppError("not_found", messages.noSuchJob);
      return c.json(ok({}));
    })
    .post("/shells", describeRoute({ hide: true }), validated("json", shellReport), (c) => {
      const { shellId, containerName, principal, code, exitCode, seconds } = c.req.valid("json");
      trail.recordAfterwards({
        action: "service:shell-close",
        target: containerName,
        outcome: "done",
        actor: { ...principal, name: nameOfPrincipal(access, principal) },
        requestId: c.get("requestId"),
        address: "",
        detail: [
          `shell ${shellId.slice(0, 12)}`,
          code,
          ...(exitCode === null ? [] : [`exit code ${exitCode}`]),
          `after ${seconds} s`,
        ].join(", "),
      });
      return c.json(ok({}));
    });
