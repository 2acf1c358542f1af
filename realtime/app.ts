import process from "node:process";
import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { Gauge, Registry } from "prom-client";
import { may, revocation } from "../shared/protocol/access.ts";
import { EMIT_BODY_MAX, emitBody } from "../shared/protocol/emit.ts";
import { namespaceNames, toNamespaceName } from "../shared/protocol/namespaces.ts";
import { ok } from "../shared/protocol/result.ts";
import type { DependencyName, DependencyState } from "../shared/protocol/system.ts";
import { bearerToken, createSecretCheck } from "../shared/server/emit-token.ts";
import { AppError, describeIssues, errorHandler, notFoundHandler } from "../shared/server/errors.ts";
import { requestId } from "../shared/server/request-id.ts";
import type { RealtimeDeps } from "./deps.ts";
import type { Realtime } from "./server.ts";
import { createTokenBucket } from "./token-bucket.ts";

/** Refused requests answered in a second before the rest gets 429: a program with a wrong token must not keep us busy. */
const REFUSALS_PER_SECOND = 20;
const REFUSAL_BURST = 200;
/** Deepest nesting of an event's data; deeper documents can exhaust the stack of whoever walks them. */
const DEPTH_MAX = 64;

export type RealtimeAppDeps = Pick<
  RealtimeDeps,
  "authenticator" | "docker" | "emitToken" | "files" | "log" | "originPolicy" | "processes"
> & { realtime: Realtime };

type Env = { Variables: { requestId: string } };

/** The HTTP surface of the realtime server: emit and revoke for the API, health for everybody, figures for operators. */
export function createRealtimeApp(deps: RealtimeAppDeps) {
  const { realtime, log, originPolicy } = deps;
  const isEmitToken = createSecretCheck(deps.emitToken);
  const refusals = createTokenBucket(REFUSALS_PER_SECOND, REFUSAL_BURST);
  const metrics = createMetrics(realtime);

  const requireEmitToken = (authorization: string | undefined) => {
    if (isEmitToken(bearerToken(authorization))) return;
    if (!refusals.take()) throw new AppError("rate_limited", "Too many refused requests.", { retryAfter: 5 });
    throw new AppError("unauthorized", "The emit token is missing or wrong.");
  };
  const requireOperator = async (header: (name: string) => string | undefined) => {
    const token = bearerToken(header("authorization"));
    if (isEmitToken(token)) return;
    const cookie = header("cookie");
    if (cookie === undefined && token === undefined) throw new AppError("unauthorized", "Log in first.");
    const principal = await deps.authenticator.authenticate({ cookie, token, address: "" });
    if (!may(principal, "metrics:view")) throw new AppError("forbidden", "You are not allowed to do this.");
  };

  return new Hono<Env>()
    .onError(errorHandler(log))
    .notFound(notFoundHandler)
    .use(requestId())
    .use(async (c, next) => {
      if (!originPolicy.allowsHost(c.req.header("host"))) {
        throw new AppError("misdirected_request", "This server does not answer to that host name.");
      }
      await next();
      c.res.headers.set("Cache-Control", "no-store");
      c.res.headers.set("X-Content-Type-Options", "nosniff");
    })
    .post(
      "/emit",
      async (c, next) => {
        requireEmitToken(c.req.header("authorization"));
        await next();
      },
      bodyLimit({
        maxSize: EMIT_BODY_MAX,
        onError: () => {
          throw new AppError("too_large", "The body is larger than 1 MiB.");
        },
      }),
      async (c) => {
        const body = await readJson(c.req);
        refuseUnknownNamespace(body);
        const parsed = emitBody.safeParse(body);
        if (!parsed.success) throw new AppError("invalid_input", describeIssues(parsed.error));
        const events = "events" in parsed.data ? parsed.data.events : [parsed.data];
        if (events.some(({ data }) => isDeeperThan(data, DEPTH_MAX))) {
          throw new AppError("invalid_input", `The data is nested deeper than ${DEPTH_MAX} levels.`);
        }
        return c.json(ok({ delivered: realtime.emit(events) }));
      },
    )
    .post("/access/revoke", bodyLimit({ maxSize: EMIT_BODY_MAX }), async (c) => {
      requireEmitToken(c.req.header("authorization"));
      return c.json(ok({ cut: realtime.revoke(revocation.parse(await readJson(c.req))) }));
    })
    .get("/health", (c) => c.json(ok({ status: "healthy", ...realtime.health() })))
    .get("/ready", async (c) => {
      await requireOperator((name) => c.req.header(name));
      return c.json(ok({ dependencies: await dependencyStates(deps) }));
    })
    .get("/metrics", async (c) => {
      await requireOperator((name) => c.req.header(name));
      return c.text(await metrics.metrics(), 200, { "Content-Type": metrics.contentType });
    });
}

async function readJson(request: {
  header(name: string): string | undefined;
  text(): Promise<string>;
}): Promise<unknown> {
  const type = request.header("content-type")?.split(";", 1)[0]?.trim().toLowerCase();
  if (type !== "application/json" || request.header("content-encoding")) {
    throw new AppError("unsupported_media_type", "The body must be JSON, sent as application/json.");
  }
  try {
    return JSON.parse(await request.text());
  } catch (error) {
    if (error instanceof SyntaxError) throw new AppError("invalid_input", "The body is not valid JSON.");
    throw error;
  }
}

/** A namespace that does not exist is 404, whatever else is wrong with the event. */
function refuseUnknownNamespace(body: unknown): void {
  const list = isRecord(body) && Array.isArray(body.events) ? body.events : [body];
  for (const event of list) {
    if (!isRecord(event) || typeof event.namespace !== "string" || toNamespaceName(event.namespace)) continue;
    throw new AppError("not_found", `There is no such namespace; the five are ${namespaceNames.join(", ")}.`);
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function isDeeperThan(value: unknown, depth: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (depth === 0) return true;
  for (const child of Object.values(value)) if (isDeeperThan(child, depth - 1)) return true;
  return false;
}

/** State of what the streams come from; an absent Engine or PM2 leaves the rest working. */
async function dependencyStates({
  docker,
  processes,
  files,
}: Pick<RealtimeAppDeps, "docker" | "processes" | "files">): Promise<Record<DependencyName, DependencyState>> {
  const stateOf = async (probe: Promise<unknown>): Promise<DependencyState> =>
    probe.then(
      () => ({ state: "up" }) as const,
      () => ({ state: "down" }) as const,
    );
  const [dockerState, pm2, fileRoot] = await Promise.all([
    stateOf(docker.ping()),
    stateOf(processes.ping()),
    stateOf(files.resolveFolder("/")),
  ]);
  return { docker: dockerState, pm2, files: fileRoot, realtime: { state: "up" }, redis: { state: "absent" } };
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
    help: "Upstream sources open",
    registers: [registry],
    collect() {
      this.set(realtime.health().activeStreams);
    },
  });
  new Gauge({
    name: "ai_desktop_realtime_skipped_events",
    help: "Events left out because a reader was too slow",
    registers: [registry],
    collect() {
      this.set(realtime.skippedEvents);
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
