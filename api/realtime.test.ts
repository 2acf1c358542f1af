import { io, type Socket } from "socket.io-client";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { testEngine } from "../shared/testing/engine.ts";
import { eventually } from "../shared/testing/eventually.ts";
import { lacks } from "../shared/testing/parts.ts";
import { startService } from "../shared/testing/service-process.ts";
import { type Stack, startStack } from "../shared/testing/stack.ts";
import { PASSWORD, send } from "./access/testing.ts";

/** Both servers as an operator runs them: what the API does reaches those who look. */
describe.skipIf(await lacks("docker"))("the API beside the realtime server", () => {
  const engine = testEngine();
  const sockets: Socket[] = [];
  let stack: Stack;
  let cookie: string | undefined;

  beforeAll(async () => {
    stack = await startStack();
    const token = /#token=(\S+)/.exec(await stack.api.prints("#token="))?.[1];
    const body = { token, username: "ada", password: PASSWORD };
    cookie = (await send(stack.api.port, "POST", "/api/setup", { origin: stack.origin, body })).cookie;
  });
  afterAll(async () => {
    for (const socket of sockets) socket.close();
    await stack?.realtime.stop(); // the one that a test started again is not the stack's own
    await stack?.stop();
    await engine.removeAll();
  });

  const ask = (method: string, path: string, as = cookie) =>
    send(stack.api.port, method, path, { origin: stack.origin, cookie: as });

  /** Acts on a container: what takes longer than a moment, as on a busy machine, goes on as a job. */
  const act = async (name: string, action: "stop" | "restart") =>
    expect([200, 202]).toContain((await ask("POST", `/api/services/${name}/${action}`)).status);

  /** A viewer of one container, and the events it has seen. */
  const watch = async (name: string, as = cookie) => {
    const extraHeaders = { Cookie: as ?? "", Origin: stack.origin };
    const socket = io(`${stack.realtime.url}/services`, { transports: ["websocket"], extraHeaders, forceNew: true });
    sockets.push(socket);
    const seen: [event: string, data: { action?: string; status?: string }][] = [];
    socket.onAny((event, data) => seen.push([event, data]));
    const subscribe = () => socket.emitWithAck("subscribe:stats", { serviceId: name, containerName: name });
    await eventually(() => socket.connected);
    expect(await subscribe()).toMatchObject({ success: true });
    return { socket, seen, subscribe };
  };
  const told = (seen: [string, { status?: string }][], status: string) =>
    seen.some(([event, data]) => event === "status" && data.status === status);

  test("is ready", async () => {
    const { status, body } = await ask("GET", "/ready");
    expect([status, body.dependencies.realtime, body.dependencies.docker]).toEqual([
      200,
      { state: "up" },
      { state: "up" },
    ]);
  });

  test("lets the same callers read the metrics of both servers", async () => {
    const key = async (role: string, scopes?: string[]): Promise<string> => {
      const body = {
        name: `${role} ${scopes ?? "all"}`,
        role,
        ...(scopes && { scopes }),
        days: 1,
      };
      return (await send(stack.api.port, "POST", "/api/keys", { origin: stack.origin, cookie, body })).body.secret;
    };
    const keys = [
      await key("viewer"),
      await key("admin"),
      await key("admin", ["services:view"]),
      "aid_wrong",
      undefined,
    ];
    const statuses = await Promise.all(
      [stack.api.port, stack.realtime.port].map((port) =>
        Promise.all(keys.map(async (token) => (await send(port, "GET", "/metrics", { token })).status)),
      ),
    );
    expect(statuses[0]).toEqual([200, 200, 403, 401, 401]);
    expect(statuses[1]).toEqual(statuses[0]);
  });

  test("tells the viewers of a container what was done to it, and no others", async () => {
    const [mine, other] = [await engine.run({ name: "mine" }), await engine.run({ name: "other" })];
    const viewer = await watch(mine.name);
    const stranger = await watch(other.name);
    await act(mine.name, "stop");
    await eventually(() => told(viewer.seen, "exited"));
    // The list has changed for both; the order of one connection makes sure that a status would have come before.
    await eventually(() =>
      stranger.seen.some(([event, data]) => event === "services:changed" && data.action === "stop"),
    );
    expect(stranger.seen.filter(([event]) => event === "status")).toEqual([]);
  });

  test("serves on while the realtime server is gone, and tells the viewers once it is back", async () => {
    const box = await engine.run();
    stack.realtime.signal("SIGKILL");
    await stack.realtime.exited;
    expect((await ask("GET", "/health")).status).toBe(200);
    expect((await ask("GET", "/ready")).status).toBe(503);
    await act(box.name, "restart");
    stack.realtime = await startService("realtime", { env: stack.env, port: stack.realtime.port });
    const viewer = await watch(box.name);
    await act(box.name, "stop");
    await eventually(() => told(viewer.seen, "exited"));
  });

  test("cuts the sockets of a session that logs out, and no others", async () => {
    const box = await engine.run();
    const body = { username: "ada", password: PASSWORD };
    const login = await send(stack.api.port, "POST", "/api/session", { origin: stack.origin, body });
    const [gone, stays] = [await watch(box.name, login.cookie), await watch(box.name)];
    expect((await ask("DELETE", "/api/session", login.cookie)).status).toBe(200);
    await eventually(() => !gone.socket.connected);
    expect(stays.socket.connected).toBe(true);
  });
});
