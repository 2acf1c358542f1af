import { afterAll, beforeAll, expect, test } from "vitest";
import { EMIT_TOKEN } from "../access/testing.ts";
import { startApi, type TestApi } from "../testing/api-server.ts";
import { createDependencies } from "./dependencies.ts";

let api: TestApi;
let realtimeUp = true;
beforeAll(async () => {
  api = await startApi({
    change: (deps) => {
      const realtime = { ...deps.realtime, checkWSHealth: async () => realtimeUp };
      // Probed each time, so that the API reports the current state.
      const dependencies = {
        states: () => createDependencies({ ...deps, realtime, redisUrl: "redis://127.0.0.1:1" }).states(),
      };
      return { realtime, dependencies };
    },
  });
});
afterAll(() => api.close());

test("reports that it is healthy to any caller, as the contract states", async () => {
  const { status, body } = await api.ask("GET", "/health", { cookie: undefined });
  expect([status, body]).toEqual([200, { success: true, status: "healthy" }]);
});

test("is ready without Docker and PM2, and reports the state of each", async () => {
  const { status, body } = await api.ask("GET", "/ready", { cookie: undefined, token: EMIT_TOKEN, origin: null });
  expect(status).toBe(200);
  expect(body.dependencies).toMatchObject({
    docker: { state: "absent", hint: expect.any(String) },
    pm2: { state: "absent", hint: expect.any(String) },
    files: { state: "up" },
    realtime: { state: "up" },
    redis: { state: "down", hint: expect.any(String) },
  });
});

test("is not ready without the realtime server", async () => {
  realtimeUp = false;
  const { status, body } = await api.ask("GET", "/ready");
  expect(status).toBe(503);
  expect(body).toMatchObject({
    success: false,
    code: "upstream_unavailable",
    dependencies: { realtime: { state: "down" } },
  });
  realtimeUp = true;
  expect((await api.ask("GET", "/ready")).status).toBe(200);
});

test("counts requests by route, and unknown paths under one label", async () => {
  await api.ask("GET", "/api/system");
  await api.ask("GET", "/api/services/one");
  await api.ask("GET", "/api/services/two");
  for (let index = 0; index < 20; index++) await api.ask("GET", `/api/nothing/${index}`);
  const { status, text, headers } = await api.ask("GET", "/metrics", {
    cookie: undefined,
    token: EMIT_TOKEN,
    origin: null,
  });
  expect(status).toBe(200);
  expect(headers["content-type"]).toMatch(/^text\/plain/);
  expect(text).toMatch(
    /ai_desktop_api_request_duration_seconds_count\{method="GET",route="\/api\/system",status="200"\} 1/,
  );
  expect(text).toMatch(/_count\{method="GET",route="\/api\/services\/:id",status="503"\} 2/);
  expect(text).toMatch(/_count\{method="other",route="unmatched",status="404"\} 20/);
  expect(text).not.toContain("/api/nothing");
  expect(text).toContain('ai_desktop_api_dependency_up{dependency="docker"} 0');
  expect(text).not.toMatch(/^ai_desktop_api_log_store/m); // this API stores none
  expect(text).toContain('ai_desktop_api_refusals_total{code="not_found"} 20');
});

test.each(["/ready", "/metrics"])("keeps %s from strangers and viewers", async (path) => {
  expect((await api.ask("GET", path, { cookie: undefined })).status).toBe(401);
  expect((await api.ask("GET", path, { cookie: undefined, token: "x".repeat(43), origin: null })).status).toBe(401);
  expect((await api.ask("GET", path, { cookie: await api.loginAs("viewer") })).status).toBe(403);
});
