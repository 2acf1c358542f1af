import { Agent } from "node:https";
import { Manager, type Socket } from "socket.io-client";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { testEngine } from "../shared/testing/engine.ts";
import { eventually } from "../shared/testing/eventually.ts";
import { freePorts } from "../shared/testing/free-port.ts";
import { lacks } from "../shared/testing/parts.ts";
import { startNginx, type TestNginx } from "../shared/testing/peers/nginx.ts";
import { startRedis, type TestRedis } from "../shared/testing/peers/redis.ts";
import { type ServiceProcess, startService } from "../shared/testing/service-process.ts";
import { type SignedIn, signIn } from "../shared/testing/signed-in.ts";
import { type Stack, startStack } from "../shared/testing/stack.ts";

const EMIT_TOKEN = "two-nodes-two-nodes-two-nodes-two-nodes";
const transports = ["websocket", "polling"] as const;
type Transport = (typeof transports)[number];
type Logs = { data: string; cursor: string };

// nginx sends one address always to the same node, and only Linux has many loopback addresses.
describe.skipIf(await lacks("nginx", "redis", "docker", "linux"))("two realtime servers behind nginx", () => {
  const engine = testEngine();
  const opened: Manager[] = [];
  let redis: TestRedis;
  let stack: Stack;
  let nodes: [ServiceProcess, ServiceProcess];
  let nginx: TestNginx;
  let admin: SignedIn;
  let key: string;
  let homes: [string, string];

  beforeAll(async () => {
    redis = await startRedis();
    const [httpsPort = 0, backendsPort = 0] = await freePorts(2);
    const origin = `https://localhost:${httpsPort}`;
    stack = await startStack({
      env: {
        PUBLIC_ORIGIN: origin,
        TRUSTED_PROXIES: "127.0.0.1",
        NODE_ENV: "production",
        REDIS_URL: redis.url,
        EMIT_TOKEN,
        WS_SERVER_URL: `http://127.0.0.1:${backendsPort}`,
      },
    });
    nodes = [stack.realtime, await startService("realtime", { env: stack.env })];
    const realtime = nodes.map(({ port }) => port);
    nginx = await startNginx({ web: 9, api: stack.api.port, realtime, httpsPort, backendsPort });
    admin = await signIn({ apiUrl: stack.api.url, dataDir: stack.dataDir, origin });
    key = await admin.makeKey();
    await eventually(async () => (await Promise.all(nodes.map(busState))).every((state) => state === "up"));
    homes = await findHomes();
  });
  afterAll(async () => {
    for (const manager of opened) manager._close();
    await engine.removeAll();
    await nginx?.close();
    await nodes?.[1]?.stop();
    await stack?.stop();
    await redis?.stop();
  });

  const busState = async ({ url }: ServiceProcess) => {
    const answer = await fetch(`${url}/ready`, { headers: { Authorization: `Bearer ${EMIT_TOKEN}` } });
    return ((await answer.json()) as { dependencies: { redis: { state: string } } }).dependencies.redis.state;
  };
  const viewersOf = async (node: ServiceProcess) => {
    const answer = await fetch(`${node.url}/health`);
    return ((await answer.json()) as { connections: Record<string, number> }).connections;
  };
  /** A viewer with its own address, which determines its node in nginx. */
  const visit = (namespace: string, localAddress: string, transport: Transport, token = key): Socket => {
    const manager = new Manager(nginx.origin, {
      transports: [transport],
      agent: new Agent({ ca: nginx.certificate, localAddress, keepAlive: true }) as unknown as string,
      ca: nginx.certificate,
      reconnectionDelay: 50,
      reconnectionDelayMax: 200,
    } as ConstructorParameters<typeof Manager>[1]);
    opened.push(manager);
    return manager.socket(`/${namespace}`, { auth: { token } });
  };
  const connected = (socket: Socket) =>
    eventually(() => {
      if (!socket.connected) throw new Error("not connected");
      return true;
    });
  /** Returns an address for each node, whose visitors nginx sends there. */
  const findHomes = async (): Promise<[string, string]> => {
    const found: (string | undefined)[] = [undefined, undefined];
    for (let last = 2; last < 60 && found.includes(undefined); last++) {
      const socket = visit("files", `127.0.0.${last}`, "websocket");
      await connected(socket);
      const [one, two] = await Promise.all(nodes.map(viewersOf));
      found[one?.files === 1 ? 0 : 1] ??= `127.0.0.${last}`;
      expect((one?.files ?? 0) + (two?.files ?? 0)).toBe(1);
      socket.disconnect();
      await eventually(async () => (await Promise.all(nodes.map(viewersOf))).every(({ files }) => files === 0));
    }
    return [found[0] ?? "none", found[1] ?? "none"];
  };
  const emit = (node: ServiceProcess, n: number) =>
    fetch(`${node.url}/emit`, {
      method: "POST",
      headers: { Authorization: `Bearer ${EMIT_TOKEN}`, "Content-Type": "application/json" },
      body: JSON.stringify({ namespace: "mcp", room: "mcp:room", event: "numbered", data: { n } }),
    });

  test("keep a polling client at its first node", async () => {
    for (const [index, home] of homes.entries()) {
      const socket = visit("system", home, "polling");
      const stats: unknown[] = [];
      socket.on("stats", (sample) => stats.push(sample));
      await connected(socket);
      socket.emit("subscribe:stats", { interval: 1_000 });
      await eventually(() => stats.length >= 2);
      const counts = await Promise.all(nodes.map(viewersOf));
      expect(counts.map(({ system }) => system)).toEqual(index === 0 ? [1, 0] : [0, 1]);
      socket.disconnect();
      await eventually(async () => (await viewersOf(nodes[index as 0 | 1])).system === 0);
    }
  });

  test("deliver an event posted to either of them to the viewers of both, in order", async () => {
    const viewers = homes.flatMap((home) => transports.map((transport) => visit("mcp", home, transport)));
    const got = viewers.map((socket) => {
      const numbers: number[] = [];
      socket.on("numbered", ({ n }: { n: number }) => numbers.push(n));
      return numbers;
    });
    for (const socket of viewers) {
      await connected(socket);
      await socket.emitWithAck("join", { serverId: "room" });
    }
    expect((await Promise.all(nodes.map(viewersOf))).map(({ mcp }) => mcp)).toEqual([2, 2]);
    const numbers = Array.from({ length: 40 }, (_, index) => index);
    for (const n of numbers) {
      expect((await emit(n < 20 ? nodes[0] : nodes[1], n)).status).toBe(200);
      // Events of one node are ordered, so the second node starts after the first has finished.
      if (n === 19) await eventually(() => expect(got.map(({ length }) => length)).toEqual([20, 20, 20, 20]));
    }
    await eventually(() => expect(got).toEqual([numbers, numbers, numbers, numbers]));
    for (const socket of viewers) socket.disconnect();
  });

  test("after a kill, the clients continue at the other from their cursors without loss or repetition", async () => {
    const { name } = await engine.run({ script: "i=0; while true; do echo $i; i=$((i+1)); sleep 0.01; done" });
    const home = homes[0];
    const viewers = transports.map((transport) => {
      const socket = visit("services", home, transport);
      const viewer = { socket, lines: [] as string[], gaps: [] as unknown[], connects: 0 };
      let cursor: string | undefined;
      socket.on("logs", (logs: Logs) => {
        cursor = logs.cursor;
        viewer.lines.push(...logs.data.split("\n").slice(0, -1));
      });
      socket.on("gap", (gap) => viewer.gaps.push(gap));
      socket.on("connect", () => {
        viewer.connects++;
        socket.emit("subscribe:logs", {
          serviceId: "counter",
          containerName: name,
          ...(cursor ? { since: cursor } : { tail: 10_000 }),
        });
      });
      return viewer;
    });
    await eventually(() => viewers.every(({ lines }) => lines.length > 50));
    expect((await viewersOf(nodes[0])).services).toBe(2);
    const before = viewers.map(({ lines }) => lines.length);
    nodes[0].signal("SIGKILL");
    await nodes[0].exited;
    await eventually(async () => (await viewersOf(nodes[1])).services === 2);
    await eventually(() => viewers.every(({ lines }, index) => lines.length > (before[index] ?? 0) + 100));
    for (const { lines, gaps, connects } of viewers) {
      expect(lines).toEqual(lines.map((_, index) => String(index)));
      expect(gaps).toEqual([]);
      expect(connects).toBeGreaterThan(1);
    }
  });

  test("disconnect a revoked key, even if the node that the API used is dead", async () => {
    expect(nodes.filter((node) => node.exitCode() === null && node !== nodes[0])).toHaveLength(1);
    const token = await admin.makeKey({ name: "leaver" });
    const socket = visit("system", homes[1], "websocket", token);
    await connected(socket);
    const { keys } = await admin.ask<{ keys: { id: string; name: string }[] }>("GET", "/api/keys");
    const gone = new Promise((resolve) => socket.once("disconnect", resolve));
    await admin.ask("DELETE", `/api/keys/${keys.find(({ name }) => name === "leaver")?.id}`);
    await gone;
  });
});
