import type { IncomingMessage } from "node:http";
import process from "node:process";
import { type Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { Gauge, Registry } from "prom-client";
import { revocation } from "../shared/protocol/access.ts";
import { EMIT_BODY_MAX } from "../shared/protocol/emit.ts";
import type { Release } from "../shared/protocol/release.ts";
import { ok } from "../shared/protocol/result.ts";
import type { DependencyName, DependencyState } from "../shared/protocol/system.ts";
import { dependencyState } from "../shared/server/dependency.ts";
import { bearerToken } from "../shared/server/emit-token.ts";
import { AppError, errorHandler, notFoundHandler } from "../shared/server/errors.ts";
import { hasOneHost } from "../shared/server/http/origin-policy.ts";
import { createPeers } from "../shared/server/http/peer-address.ts";
import { requestId } from "../shared/server/http/request-id.ts";
import { cameByHttps } from "../shared/server/http/request-scheme.ts";
import type { RealtimeDeps } from "./deps.ts";
import { createEmitGate } from "./emit/emit-gate.ts";
import { parseJson, requireJson } from "./emit/json-body.ts";
import { createEmitRoute } from "./emit/routes.ts";
import type { RealtimeEnv } from "./env.ts";
import type { Realtime } from "./server.ts";

export type RealtimeAppDeps = Pick<
  RealtimeDeps,
  "authenticator" | "docker" | "emitToken" | "files" | "log" | "originPolicy" | "processes" | "trustedProxies"
> & { realtime: Realtime; release: Release };

/** HTTP routes of the realtime server: emit and revoke for the API, health for everybody, metrics for operators. */
export function createRealtimeApp(deps: RealtimeAppDeps) {
  const { realtime, log, originPolicy } = deps;
  const gate = createEmitGate(deps.emitToken);
  const metrics = createMetrics(realtime);

  const requireHost = (request: IncomingMessage) => {
    if (!hasOneHost(request) || !originPolicy.allowsHost(request.headers.host)) {
      throw new AppError("misdirected_request", "This server does not serve that host name.");
    }
  };
  const schemes = { originPolicy, peers: createPeers(deps.trustedProxies) };

  const requireMonitor = async ({ env: { incoming } }: Context<RealtimeEnv>) => {
    const { authorization, cookie } = incoming.headers;
    if (gate.admits(authorization)) return;
    const token = bearerToken(authorization);
    if (cookie === undefined && token === undefined) throw new AppError("unauthorized", "Log in first.");
    const principal = await deps.authenticator.authenticate({
      cookie,
      token,
      address: "",
      https: cameByHttps(incoming, schemes),
    });
    if (!principal.monitor) throw new AppError("forbidden", "You are not allowed to do this.");
  };
  const requireEmitToken = (c: Context<RealtimeEnv>) => gate.require(c.req.header("authorization"));

  return new Hono<RealtimeEnv>()
    .onError(errorHandler(log))
    .notFound(notFoundHandler)
    .post("/emit", createEmitRoute({ gate, realtime, requireHost }))
    .use(requestId())
    .use(async (c, next) => {
      requireHost(c.env.incoming);
      await next();
      c.res.headers.set("Cache-Control", "no-store");
      c.res.headers.set("X-Content-Type-Options", "nosniff");
    })
    .post("/access/revoke", bodyLimit({ maxSize: EMIT_BODY_MAX }), async (c) => {
      requireEmitToken(c);
      requireJson(c.req.header("content-type"), c.req.header("content-encoding"));
      return c.json(ok({ cut: realtime.revoke(revocation.parse(parseJson(await c.req.text()))) }));
    })
    .get("/health", (c) => c.json(ok({ status: "healthy", ...realtime.health() })))
    .get("/ready", async (c) => {
      await requireMonitor(c);
      const dependencies = await dependencyStates(deps);
      // A server that cannot reach the others serves its current viewers, but should get no new ones.
      return c.json(ok({ dependencies }), dependencies.redis.state === "down" ? 503 : 200);
    })
    .get("/version", async (c) => {
      await requireMonitor(c);
      return c.json(ok({ release: deps.release }));
    })
    .get("/metrics", async (c) => {
      await requireMonitor(c);
      return c.text(await metrics.metrics(), 200, { "Content-Type": metrics.contentType });
    })
    .all("/emit", wrongMethod("POST", requireEmitToken))
    .all("/access/revoke", wrongMethod("POST", requireEmitToken))
    .all("/health", wrongMethod("GET, HEAD"))
    .all("/ready", wrongMethod("GET, HEAD", requireMonitor))
    .all("/version", wrongMethod("GET, HEAD", requireMonitor))
    .all("/metrics", wrongMethod("GET, HEAD", requireMonitor));
}

/** Names the allowed method to callers that would be admitted with it; others get the usual refusal. */
const wrongMethod =
  (allowed: string, admit?: (c: Context<RealtimeEnv>) => void | Promise<void>) =>
  async (c: Context<RealtimeEnv>): Promise<never> => {
    await admit?.(c);
    c.header("Allow", allowed);
    throw new AppError("method_not_allowed", "This method is not allowed here.");
  };

/** State of the sources of the streams. The rest works without an Engine or PM2. */
async function dependencyStates({
  docker,
  processes,
  files,
  realtime,
}: Pick<RealtimeAppDeps, "docker" | "processes" | "files" | "realtime">): Promise<
  Record<DependencyName, DependencyState>
> {
  const [dockerState, pm2, fileRoot] = await Promise.all([
    dependencyState(() => docker.ping()),
    dependencyState(() => processes.ping()),
    dependencyState(() => files.resolveFolder("/")),
  ]);
  return { docker: dockerState, pm2, files: fileRoot, realtime: { state: "up" }, redis: { state: realtime.busState } };
}

function createMetrics(realtime: Realtime): Registry {
  const registry = new Registry();
  new Gauge({
    name: "ai_desktop_realtime_sockets",
    help: "Sockets connected to a namespace",
    labelNames: ["namespace"],
    registers: [registry],
    collect() {
      for (const [name, count] of Object.entries(realtime.health().connections)) this.set({ namespace: name }, count);
    },
  });
  new Gauge({
    name: "ai_desktop_realtime_streams",
    help: "Open upstream sources",
    registers: [registry],
    collect() {
      this.set(realtime.health().activeStreams);
    },
  });
  new Gauge({
    name: "ai_desktop_realtime_skipped_events",
    help: "Events skipped because a consumer was too slow",
    registers: [registry],
    collect() {
      this.set(realtime.skippedEvents);
    },
  });
  new Gauge({
    name: "ai_desktop_realtime_unknown_events",
    help: "Client events without a handler",
    registers: [registry],
    collect() {
      this.set(realtime.unknownEvents);
    },
  });
  new Gauge({
    name: "ai_desktop_realtime_resident_bytes",
    help: "Resident memory of the process",
    registers: [registry],
    collect() {
      this.set(process.memoryUsage.rss());
    },
  });
  return registry;
}
