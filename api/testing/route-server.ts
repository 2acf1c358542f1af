import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import { Hono } from "hono";
import type { Principal } from "../../shared/protocol/access.ts";
import type { NamespaceName } from "../../shared/protocol/namespaces.ts";
import { errorHandler, notFoundHandler } from "../../shared/server/errors.ts";
import { requestId } from "../../shared/server/http/request-id.ts";
import { silentLog } from "../../shared/server/log.ts";
import type { RealtimeClient } from "../events/realtime-client.ts";
import { type ApiEnv, createRoutes } from "../http/context.ts";
import type { EmitResult } from "../lib/ws-client.ts";

export interface EmittedEvent {
  namespace: NamespaceName;
  event: string;
  data: unknown;
  /** Id inside the namespace (serviceId, path, ...); undefined for all its viewers. */
  room?: string;
}

export interface RouteServer {
  url: string;
  /** Events sent to viewers so far. */
  emitted: EmittedEvent[];
  call(method: string, path: string, body?: unknown): Promise<{ status: number; body: unknown }>;
  close(): Promise<void>;
}

/** Records events in place of a realtime server. */
export function createEmitRecorder(): { realtime: RealtimeClient; emitted: EmittedEvent[] } {
  const emitted: EmittedEvent[] = [];
  const record = async (event: EmittedEvent): Promise<EmitResult> => {
    emitted.push(event);
    return { delivered: 1 };
  };
  const into = (namespace: NamespaceName) => (room: string, event: string, data: unknown) =>
    record({ namespace, event, data, room });
  const realtime: RealtimeClient = {
    emitToWS: (namespace, event, data, room) =>
      record({ namespace: namespace.replace("/", "") as NamespaceName, event, data, ...(room && { room }) }),
    emitToService: into("services"),
    emitToDeployment: into("deployments"),
    emitToSystem: (event, data) => record({ namespace: "system", event, data }),
    emitToMCP: into("mcp"),
    emitToFiles: into("files"),
    checkWSHealth: async () => true,
    revoke: () => {},
    counts: () => ({ queued: 0, dropped: 0 }),
    flush: async () => true,
    close: async () => true,
  };
  return { realtime, emitted };
}

const administrator: Principal = {
  kind: "user",
  id: "tester",
  name: "tester",
  role: "admin",
  limits: { services: null, deployments: null },
  scopes: null,
  sessionId: "test",
  expiresAt: Number.MAX_SAFE_INTEGER,
};

/** Serves the routes of one domain over real HTTP on a free port, as an administrator: access has tests of its own. */
export async function startRoutes(
  base: string,
  make: (deps: { realtime: RealtimeClient }) => Hono<ApiEnv>,
  recorder = createEmitRecorder(),
): Promise<RouteServer> {
  const routes = createRoutes()
    .use(async (c, next) => {
      c.set("principal", administrator);
      await next();
    })
    .route(base, make({ realtime: recorder.realtime }));
  const app = new Hono<{ Variables: { requestId: string } }>()
    .onError(errorHandler(silentLog()))
    .notFound(notFoundHandler)
    .use(requestId())
    .route("/", routes);
  const server = createAdaptorServer({ fetch: app.fetch });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    emitted: recorder.emitted,
    async call(method, path, body) {
      const init: RequestInit = { method };
      if (body !== undefined) {
        init.body = typeof body === "string" ? body : JSON.stringify(body);
        init.headers = { "content-type": "application/json" };
      }
      const response = await fetch(`${url}${base}${path}`, init);
      return { status: response.status, body: await response.json() };
    },
    async close() {
      const closed = once(server, "close");
      server.close();
      if ("closeAllConnections" in server) server.closeAllConnections();
      await closed;
    },
  };
}
