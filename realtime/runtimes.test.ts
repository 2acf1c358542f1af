import { randomBytes } from "node:crypto";
import { appendFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import process from "node:process";
import type { Socket } from "socket.io-client";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startChild } from "../shared/testing/child.ts";
import { testEngine } from "../shared/testing/engine.ts";
import { eventually } from "../shared/testing/eventually.ts";
import { freePort } from "../shared/testing/free-port.ts";
import { lacks } from "../shared/testing/parts.ts";
import { type TestPm2, testPm2 } from "../shared/testing/pm2.ts";
import { projectFolder, runtimes, spawnService, startService } from "../shared/testing/service-process.ts";
import { type SignedIn, signIn } from "../shared/testing/signed-in.ts";
import { type Stack, startStack } from "../shared/testing/stack.ts";
import { tempFolder } from "../shared/testing/temp-folder.ts";
import { nextEvent, openClient, readLogs } from "./testing.ts";

const everything = createRequire(import.meta.url).resolve("@modelcontextprotocol/server-everything/dist/index.js");

/** Goes through the contract once, with both servers started like an operator does. */
describe.skipIf(await lacks("docker", "deno"))("both servers", () => {
  const engine = testEngine();
  afterAll(() => engine.removeAll());

  describe.each(runtimes)("under %s", (runtime) => {
    let pm2: TestPm2;
    let stack: Stack;
    let admin: SignedIn;
    let key: string;
    let emitToken: string;
    const clients: Socket[] = [];

    beforeAll(async () => {
      pm2 = await testPm2();
      await pm2.start({ name: "counter", source: "let i = 0; setInterval(() => console.log(++i), 20);" });
      stack = await startStack({ runtime, env: { PM2_HOME: pm2.home, MCP_ALLOWED_COMMANDS: process.execPath } });
      admin = await signIn({ apiUrl: stack.api.url, dataDir: stack.dataDir, origin: stack.origin });
      key = await admin.makeKey();
      emitToken = (await readFile(join(stack.dataDir, "emit-token"), "utf8")).trim();
    });
    afterAll(async () => {
      for (const client of clients) client.disconnect();
      await stack.stop();
      await pm2.close();
    });

    const connect = (namespace: "services" | "deployments" | "system" | "mcp" | "files") => {
      const socket = openClient(stack.realtime.url, namespace, { token: key });
      clients.push(socket);
      return socket;
    };
    const emit = (body: object, token = emitToken) =>
      fetch(`${stack.realtime.url}/emit`, {
        method: "POST",
        headers: { "Content-Type": "application/json", Authorization: `Bearer ${token}` },
        body: JSON.stringify(body),
      });

    test("respond to health checks, and the realtime server lists its origins", async () => {
      expect(await (await fetch(`${stack.api.url}/health`)).json()).toEqual({ success: true, status: "healthy" });
      expect(await (await fetch(`${stack.realtime.url}/health`)).json()).toEqual({
        success: true,
        status: "healthy",
        connections: { services: 0, deployments: 0, system: 0, mcp: 0, files: 0 },
        activeStreams: 0,
      });
      expect(stack.realtime.output()).toContain("CORS Origins");
    });

    test("exit with one clear line if their port is taken", async () => {
      const { port, url } = stack.realtime;
      const second = await spawnService("realtime", { runtime, port, env: stack.env });
      expect((await second.exited).code).toBe(1);
      expect(second.output()).toContain(`Port ${port} is taken`);
      expect((await fetch(`${url}/health`)).status).toBe(200);
    });

    test("lose and repeat no line of a container when the realtime server is killed", async () => {
      const { name } = await engine.run({ script: "i=0; while true; do echo $i; i=$((i+1)); sleep 0.005; done" });
      const socket = connect("services");
      const reader = readLogs(socket);
      const subscribe = () =>
        socket.emit("subscribe:logs", {
          serviceId: "svc",
          containerName: name,
          ...(reader.cursor ? { since: reader.cursor } : { tail: 10_000 }),
        });
      socket.on("connect", subscribe);
      await eventually(() => expect(reader.lines.length).toBeGreaterThan(50));
      stack.realtime.signal("SIGKILL");
      await stack.realtime.exited;
      stack.realtime = await startService("realtime", { runtime, env: stack.env, port: stack.realtime.port });
      const seen = reader.lines.length;
      await eventually(() => expect(reader.lines.length).toBeGreaterThan(seen + 200));
      expect(reader.lines).toEqual(Array.from({ length: reader.lines.length }, (_, index) => String(index)));
      expect(reader.gaps).toEqual([]);
      socket.disconnect();
    });

    test("send a PM2 process's log", async () => {
      const socket = connect("deployments");
      const reader = readLogs(socket);
      await socket.emitWithAck("subscribe:logs", { deploymentId: "counter", pm2Name: "counter", tail: 3 });
      await eventually(() => expect(reader.lines.length).toBeGreaterThan(20));
      const first = Number(reader.lines[0]);
      expect(reader.lines).toEqual(Array.from({ length: reader.lines.length }, (_, index) => String(first + index)));
    });

    test("send the host's metrics", async () => {
      const socket = connect("system");
      await socket.emitWithAck("subscribe:stats", { interval: 1_000 });
      expect(await nextEvent(socket, "stats")).toMatchObject({
        memory: { total: expect.any(Number) },
        hostname: expect.any(String),
      });
    });

    test("report a change on the disk", async () => {
      await mkdir(join(stack.fileRoot, "folder"));
      const socket = connect("files");
      expect(await socket.emitWithAck("watch", { path: "/folder" })).toMatchObject({ success: true });
      const added = nextEvent(socket, "change");
      await writeFile(join(stack.fileRoot, "folder/a.txt"), "a");
      expect(await added).toMatchObject({ path: "/folder", type: "add", name: "a.txt" });
      const changed = nextEvent(socket, "change");
      await appendFile(join(stack.fileRoot, "folder/a.txt"), "b");
      expect(await changed).toMatchObject({ type: "change", name: "a.txt" });
    });

    test("run an MCP server, report its state and call its tool", async () => {
      const made = await admin.ask("POST", "/api/mcp", {
        name: `everything ${runtime}`,
        transport: { type: "stdio", command: process.execPath, args: [everything, "stdio"] },
      });
      expect(made).toMatchObject({ success: true });
      const { id } = made.server as { id: string };
      const socket = connect("mcp");
      await socket.emitWithAck("join", { serverId: id });
      const statuses: string[] = [];
      socket.on("status", ({ status }) => statuses.push(status));
      expect(await admin.ask("POST", `/api/mcp/${id}/start`)).toMatchObject({ success: true });
      await eventually(() => expect(statuses.at(-1)).toBe("running"));
      const call = await admin.ask("POST", `/api/mcp/${id}/tools/call`, {
        name: "echo",
        arguments: { message: "hello" },
      });
      expect(JSON.stringify(call)).toContain("hello");
      expect(await admin.ask("POST", `/api/mcp/${id}/stop`)).toMatchObject({ success: true });
      await eventually(() => expect(statuses.at(-1)).toBe("stopped"));
    });

    test("notify viewers of a change through the API", async () => {
      const { id, name } = await engine.run({});
      const socket = connect("services");
      const changes: { containerName?: string }[] = [];
      socket.on("services:changed", (change) => changes.push(change));
      await nextEvent(socket, "connect");
      expect(await admin.ask("POST", `/api/services/${id}/restart`)).toMatchObject({ success: true });
      await eventually(() => expect(changes.map(({ containerName }) => containerName)).toContain(name));
    });

    test("emit to a room, with the token alone", async () => {
      const socket = connect("mcp");
      await socket.emitWithAck("join", { serverId: "room" });
      const custom = nextEvent(socket, "custom");
      expect((await emit({ namespace: "/mcp", event: "custom" }, randomBytes(32).toString("hex"))).status).toBe(401);
      expect(await (await emit({ namespace: "/mcp", room: "mcp:room", event: "custom", data: [1] })).json()).toEqual({
        success: true,
        delivered: 1,
        counts: [1],
      });
      expect(await custom).toEqual([1]);
    });

    test("stop by themselves after SIGTERM, with viewers attached", async () => {
      stack.realtime.signal("SIGTERM");
      stack.api.signal("SIGTERM");
      const [realtime, api] = await Promise.all([stack.realtime.exited, stack.api.exited]);
      for (const [service, { code }] of [[stack.realtime, realtime] as const, [stack.api, api] as const]) {
        const isLate = service.output().includes("stop took too long"); // as may be on a busy machine
        expect(code).toBe(isLate ? 1 : 0);
      }
    });
  });
});

test.each(["api", "realtime"])("npx tsx %s/main.ts starts it", async (name) => {
  const folder = await tempFolder("tsx");
  const port = String(await freePort());
  const env: NodeJS.ProcessEnv = {
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    TMPDIR: process.env.TMPDIR,
    NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
    DATA_DIR: join(folder.path, "data"),
    PORT: port,
    WS_PORT: port,
    // Not the default ports, on which a panel of this machine may run.
    WS_SERVER_URL: "http://127.0.0.1:2",
    BACKEND_URL: "http://127.0.0.1:2",
    PM2_HOME: join(folder.path, "pm2"),
  };
  const child = await startChild("npx", ["tsx", `${name}/main.ts`], { cwd: projectFolder, env });
  try {
    await eventually(async () => (await fetch(`http://127.0.0.1:${port}/health`)).ok, 100);
  } finally {
    await child.stop();
    await folder.remove();
  }
});
