import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { silentLog } from "../shared/server/log.ts";
import { eventually } from "../shared/testing/eventually.ts";
import { EMIT_TOKEN, nextEvent, startRealtime, type TestRealtime } from "./testing.ts";

let realtime: TestRealtime;
beforeAll(async () => {
  realtime = await startRealtime();
});
afterEach(() => realtime.disconnectAll());
afterAll(() => realtime.stop());

const event = { namespace: "system", event: "notice", data: { a: 1 } };
const namespacesOf = () => Object.keys(realtime.realtime.health().connections).length;

describe("POST /emit", () => {
  test("sends one event, or a thousand in order, to a namespace", async () => {
    const socket = realtime.connect("system");
    await nextEvent(socket, "connect");
    const one = nextEvent(socket, "notice");
    expect(await (await realtime.emit(event)).json()).toEqual({ success: true, delivered: 1, counts: [1] });
    expect(await one).toEqual({ a: 1 });
    const got: number[] = [];
    const last = new Promise<void>((resolve) => {
      socket.on("numbered", ({ n }) => {
        if (got.push(n) === 1_000) resolve();
      });
    });
    const events = Array.from({ length: 1_000 }, (_, n) => ({ namespace: "/system", event: "numbered", data: { n } }));
    expect(await (await realtime.emit({ events })).json()).toEqual({
      success: true,
      delivered: 1_000,
      counts: events.map(() => 1),
    });
    await last;
    expect(got).toEqual(events.map(({ data }) => data.n));
  });

  const refused: [string, number, unknown, Record<string, string>?][] = [
    ["no token", 401, event, { Authorization: "" }],
    ["a wrong token", 401, event, { Authorization: `Bearer ${EMIT_TOKEN}x` }],
    ["an almost correct token", 401, event, { Authorization: `Bearer ${EMIT_TOKEN.slice(0, -1)}X` }],
    ["a session's cookie", 401, event, { Authorization: "", Cookie: "ai-desktop=admin" }],
    ["an unknown namespace", 404, { ...event, namespace: "ghost" }],
    ["the default namespace", 404, { ...event, namespace: "/" }],
    ["an empty namespace", 404, { ...event, namespace: "" }],
    ["a namespace with dots", 404, { ...event, namespace: "../x" }],
    ["no namespace", 400, { event: "x", data: 1 }],
    ["an unknown key", 400, { ...event, x: 1 }],
    ["an event of another type", 400, { ...event, event: 7 }],
    ["no event", 400, { namespace: "system", data: 1 }],
    ["a long event", 400, { ...event, event: "x".repeat(65) }],
    ["an event with a space", 400, { ...event, event: "a b" }],
    ...[
      "connect",
      "connect_error",
      "disconnect",
      "disconnecting",
      "newListener",
      "removeListener",
      "connection",
      "new_namespace",
      "error",
      "",
      "__proto__",
    ].map((name): [string, number, unknown] => [`the event "${name}"`, 400, { ...event, event: name }]),
    ["an empty room", 400, { ...event, namespace: "services", room: "" }],
    ["a room of another kind", 400, { ...event, namespace: "services", room: "mcp:x" }],
    ["a room of a namespace without rooms", 400, { ...event, room: "service:x" }],
    ["a private room", 400, { ...event, namespace: "services", room: "\0log" }],
    ["a room that is not a string", 400, { ...event, namespace: "services", room: {} }],
    ["an empty id", 400, { ...event, id: "" }],
    ["a long id", 400, { ...event, id: "x".repeat(65) }],
    ["an id with a space", 400, { ...event, id: "a b" }],
    ["an id that is not a string", 400, { ...event, id: 7 }],
    ["an id that is null", 400, { ...event, id: null }],
    ["many rooms", 400, { ...event, namespace: "services", room: ["service:a", "service:b"] }],
    [
      "data nested too deeply",
      400,
      `{"namespace":"system","event":"x","data":${"[".repeat(10_000)}${"]".repeat(10_000)}}`,
    ],
    ["a body that is not JSON", 400, "{"],
    ["an empty list", 400, { events: [] }],
    ["more than a thousand events", 400, { events: Array.from({ length: 1_001 }, () => event) }],
    ["a body over 1 MiB", 413, { ...event, data: "x".repeat(1024 * 1024) }],
    ["a body of another type", 415, event, { "Content-Type": "text/plain" }],
    ["a compressed body", 415, event, { "Content-Encoding": "gzip" }],
  ];
  test.each(refused)("refuses %s with %i, and sends nothing", async (_what, status, body, headers) => {
    const socket = realtime.connect("system");
    await nextEvent(socket, "connect");
    const got: string[] = [];
    socket.onAny((name) => got.push(name));
    const answer = await realtime.emit(body, headers);
    expect(answer.status).toBe(status);
    const text = await answer.text();
    expect(JSON.parse(text)).toEqual({
      success: false,
      error: expect.any(String),
      code: expect.any(String),
      requestId: expect.any(String),
    });
    expect(text).not.toMatch(/node_modules|\.ts\b|at Object/);
    const sentinel = nextEvent(socket, "sentinel");
    await realtime.emit({ ...event, event: "sentinel" });
    await sentinel;
    expect(got).toEqual(["sentinel"]);
    expect(namespacesOf()).toBe(5);
  });

  test("sends all events of a list or none", async () => {
    const socket = realtime.connect("system");
    await nextEvent(socket, "connect");
    const got: string[] = [];
    socket.onAny((name) => got.push(name));
    expect((await realtime.emit({ events: [event, { ...event, event: "connect" }] })).status).toBe(400);
    expect((await realtime.emit({ events: [event, { ...event, namespace: "ghost" }] })).status).toBe(404);
    const sentinel = nextEvent(socket, "sentinel");
    await realtime.emit({ ...event, event: "sentinel" });
    await sentinel;
    expect(got).toEqual(["sentinel"]);
  });

  test("says for each event how many sockets it was sent to", async () => {
    const sockets = [realtime.connect("mcp"), realtime.connect("mcp"), realtime.connect("system")];
    await Promise.all(sockets.map((socket) => nextEvent(socket, "connect")));
    await sockets[0]?.emitWithAck("join", { serverId: "counted" });
    const mcp = { namespace: "mcp", event: "progress", data: 1 };
    const events = [{ ...mcp, room: "mcp:counted" }, mcp, event, { ...mcp, room: "mcp:nobody" }];
    expect(await (await realtime.emit({ events })).json()).toEqual({
      success: true,
      delivered: 4,
      counts: [1, 2, 1, 0],
    });
  });

  test("delivers a repeat of an id once, and responds to it as the first time", async () => {
    const socket = realtime.connect("system");
    await nextEvent(socket, "connect");
    const got: unknown[] = [];
    socket.on("numbered", (data) => got.push(data));
    const numbered = (data: number, id?: string) => ({ namespace: "system", event: "numbered", data, id });
    const longest = `A-z.0_9:${"x".repeat(56)}`;
    const events = [numbered(1, "a"), numbered(2, longest), numbered(3), numbered(1, "a")];
    const first = await (await realtime.emit({ events })).json();
    expect(first).toEqual({ success: true, delivered: 4, counts: [1, 1, 1, 1] });
    await eventually(() => expect(got).toEqual([1, 2, 3]));
    socket.disconnect();
    await eventually(() => realtime.realtime.health().connections.system === 0);
    const second = realtime.connect("system");
    await nextEvent(second, "connect");
    second.on("numbered", (data) => got.push(data));
    // Refused as a whole: its ids stay free.
    expect((await realtime.emit({ events: [numbered(4, "b"), { ...event, event: "connect" }] })).status).toBe(400);
    const repeat = { events: [numbered(9, "a"), numbered(9, longest), numbered(4, "b")] };
    expect(await (await realtime.emit(repeat)).json()).toEqual({ success: true, delivered: 3, counts: [1, 1, 1] });
    await eventually(() => expect(got).toEqual([1, 2, 3, 4]));
  });

  test("sends a viewer with a limited scope only events about visible containers and processes", async () => {
    realtime.access.add("limited", { role: "viewer", limits: { services: ["mine"], deployments: [] } });
    const limited = realtime.connect("services", { token: "limited" });
    const free = realtime.connect("services");
    await Promise.all([nextEvent(limited, "connect"), nextEvent(free, "connect")]);
    const got: unknown[] = [];
    limited.on("news", (data) => got.push(data));
    const news = (data: object) => realtime.emit({ namespace: "services", event: "news", data });
    expect(await (await news({ containerName: "theirs" })).json()).toMatchObject({ delivered: 1 });
    expect(await (await news({})).json()).toMatchObject({ delivered: 1 });
    expect(await (await news({ containerName: "mine" })).json()).toMatchObject({ delivered: 2 });
    await eventually(() => expect(got).toEqual([{ containerName: "mine" }]));
  });

  test("answers a flood of wrong tokens with 429", async () => {
    const flooded = await startRealtime(); // a separate server, since the refusals of all tests count together
    try {
      const statuses = new Set<number>();
      // Refusals are counted per second: a slow machine needs more of them.
      for (let round = 0; round < 500 && !statuses.has(429); round++) {
        const answers = await Promise.all(
          Array.from({ length: 50 }, () => flooded.emit(event, { Authorization: "Bearer x" })),
        );
        for (const answer of answers) {
          statuses.add(answer.status);
          if (answer.status === 429) expect(answer.headers.get("Retry-After")).toBeTruthy();
          await answer.body?.cancel();
        }
      }
      expect([...statuses].sort()).toEqual([401, 429]);
      expect((await flooded.emit(event)).status).toBe(200); // callers with the token are not affected
    } finally {
      await flooded.stop();
    }
  });
});

describe("GET", () => {
  const get = (path: string, headers: Record<string, string> = {}) => fetch(`${realtime.url}${path}`, { headers });

  test("/health shows the five counts and the streams to everybody", async () => {
    const socket = realtime.connect("mcp");
    await nextEvent(socket, "connect");
    expect(await (await get("/health")).json()).toEqual({
      success: true,
      status: "healthy",
      connections: { services: 0, deployments: 0, system: 0, mcp: 1, files: 0 },
      activeStreams: 0,
    });
  });

  test("/ready and /metrics need the emit token, an admin's session or key", async () => {
    realtime.access.add("viewer", { role: "viewer" });
    for (const path of ["/ready", "/metrics"]) {
      expect((await get(path)).status).toBe(401);
      expect((await get(path, { Authorization: "Bearer wrong" })).status).toBe(401);
      expect((await get(path, { Authorization: "Bearer viewer" })).status).toBe(403);
      expect((await get(path, { Authorization: "Bearer admin" })).status).toBe(200);
      expect((await get(path, { Cookie: "ai-desktop=admin" })).status).toBe(200);
      expect((await get(path, { Authorization: `Bearer ${EMIT_TOKEN}` })).status).toBe(200);
    }
    const ready = await get("/ready", { Authorization: `Bearer ${EMIT_TOKEN}` });
    const { dependencies } = (await ready.json()) as { dependencies: object };
    expect(Object.keys(dependencies).sort()).toEqual(["docker", "files", "pm2", "realtime", "redis"]);
    const metrics = await (await get("/metrics", { Authorization: `Bearer ${EMIT_TOKEN}` })).text();
    expect(metrics).toContain('ai_desktop_realtime_sockets{namespace="services"} 0');
  });

  test("names the allowed method to callers that it would admit", async () => {
    const admin = { Authorization: `Bearer ${EMIT_TOKEN}` };
    const wrong: [
      method: string,
      path: string,
      headers: Record<string, string>,
      status: number,
      allow: string | null,
    ][] = [
      ["POST", "/health", {}, 405, "GET, HEAD"],
      ["DELETE", "/health", {}, 405, "GET, HEAD"],
      ["GET", "/emit", admin, 405, "POST"],
      ["PUT", "/emit", admin, 405, "POST"],
      ["GET", "/emit", {}, 401, null],
      ["GET", "/access/revoke", admin, 405, "POST"],
      ["GET", "/access/revoke", {}, 401, null],
      ["POST", "/ready", admin, 405, "GET, HEAD"],
      ["POST", "/metrics", {}, 401, null],
    ];
    for (const [method, path, headers, status, allow] of wrong) {
      const answer = await fetch(`${realtime.url}${path}`, { method, headers });
      expect([method, path, answer.status, answer.headers.get("Allow")]).toEqual([method, path, status, allow]);
      expect(await answer.json()).toMatchObject({ success: false, requestId: expect.any(String) });
    }
    const head = await fetch(`${realtime.url}/health`, { method: "HEAD" });
    expect(head.status).toBe(200);
  });

  test("an unknown path is refused in the envelope", async () => {
    const answer = await get("/nothing");
    expect(answer.status).toBe(404);
    expect(await answer.json()).toMatchObject({ success: false, code: "not_found" });
  });
});

test("a publisher that disconnects in the middle of its body is not an error of the server", async () => {
  const log = silentLog();
  const error = vi.spyOn(log, "error");
  const server = await startRealtime({ log });
  const headers = { Authorization: `Bearer ${EMIT_TOKEN}`, "Content-Type": "application/json", "Content-Length": 100 };
  const begun = once(server.http, "request");
  const sent = request(`${server.url}/emit`, { method: "POST", headers }).on("error", () => {});
  sent.write("{");
  const [incoming] = (await begun) as [IncomingMessage];
  await eventually(() => incoming.listenerCount("data") > 0);
  const closed = new Promise((resolve) => incoming.once("close", resolve));
  sent.destroy();
  await closed;
  await server.stop();
  expect(error.mock.calls).toEqual([]);
});
