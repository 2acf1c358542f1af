import { createMiddleware } from "hono/factory";
import { routePath } from "hono/route";
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { ErrorCode } from "../../shared/protocol/result.ts";
import type { ApiDeps } from "../deps.ts";
import { addLogStoreMetrics } from "../logs/metrics.ts";
import type { ApiEnv } from "./context.ts";

/** Figures of this process for Prometheus, in a registry of its own. */
export function createApiMetrics({
  realtime,
  dependencies,
  logStore,
}: Pick<ApiDeps, "realtime" | "dependencies" | "logStore">) {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const requests = new Histogram({
    name: "ai_desktop_api_request_duration_seconds",
    help: "Time to answer, by route.",
    labelNames: ["method", "route", "status"],
    buckets: [0.002, 0.01, 0.05, 0.25, 1, 5, 30],
    registers,
  });
  const refusals = new Counter({
    name: "ai_desktop_api_refusals_total",
    help: "Requests the guard refused, by code.",
    labelNames: ["code"],
    registers,
  });
  new Gauge({
    name: "ai_desktop_api_emit_queued_events",
    help: "Events that wait for the realtime server.",
    registers,
    collect() {
      this.set(realtime.counts().queued);
    },
  });
  new Gauge({
    name: "ai_desktop_api_emit_dropped_events",
    help: "Events lost since the start, because the queue was full.",
    registers,
    collect() {
      this.set(realtime.counts().dropped);
    },
  });
  new Gauge({
    name: "ai_desktop_api_dependency_up",
    help: "1 for a part that is up, 0 for one that is down or absent.",
    labelNames: ["dependency"],
    registers,
    async collect() {
      for (const [dependency, { state }] of Object.entries(await dependencies.states())) {
        this.set({ dependency }, state === "up" ? 1 : 0);
      }
    },
  });
  addLogStoreMetrics(registry, logStore);

  return {
    contentType: registry.contentType,
    text: () => registry.metrics(),
    refused: (code: ErrorCode) => refusals.inc({ code }),
    /** Times every request; unknown paths and methods share one label, or a scanner could fill the memory. */
    measure: () =>
      createMiddleware<ApiEnv>(async (c, next) => {
        const end = requests.startTimer();
        await next();
        const route = routePath(c, -1);
        const known = route !== "*" && !route.endsWith("/*");
        end({ method: known ? c.req.method : "other", route: known ? route : "unmatched", status: c.res.status });
      }),
  };
}

export type ApiMetrics = ReturnType<typeof createApiMetrics>;
