import { randomBytes } from "node:crypto";
import { mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import type { Socket } from "socket.io-client";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventually } from "../../shared/testing/eventually.ts";
import { freePorts } from "../../shared/testing/free-port.ts";
import { DOCKER_SOCKET, lacks } from "../../shared/testing/parts.ts";
import { type TestPm2, testPm2 } from "../../shared/testing/pm2.ts";
import { type ServiceProcess, startService } from "../../shared/testing/service-process.ts";
import { signIn } from "../../shared/testing/signed-in.ts";
import { type TempFolder, tempFolder } from "../../shared/testing/temp-folder.ts";
import { nextEvent, openClient } from "../testing.ts";

describe.skipIf(await lacks("docker"))("the realtime server, started before everything else", () => {
  let folder: TempFolder;
  let pm2: TestPm2;
  let env: Record<string, string>;
  let apiPort: number;
  const started: ServiceProcess[] = [];
  const sockets: Socket[] = [];

  beforeAll(async () => {
    folder = await tempFolder("order");
    pm2 = await testPm2(); // a home without a daemon
    const [port = 0, realtimePort = 0] = await freePorts(2);
    apiPort = port;
    await mkdir(join(folder.path, "files"));
    env = {
      DATA_DIR: join(folder.path, "data"),
      FILE_MANAGER_ROOT: join(folder.path, "files"),
      EMIT_TOKEN: randomBytes(32).toString("hex"),
      DOCKER_HOST: `unix://${join(folder.path, "docker.sock")}`,
      PM2_HOME: pm2.home,
      BACKEND_URL: `http://127.0.0.1:${apiPort}`,
      WS_SERVER_URL: `http://127.0.0.1:${realtimePort}`,
      PUBLIC_ORIGIN: "http://localhost:3005",
    };
    started.push(await startService("realtime", { env, port: realtimePort }));
  });
  afterAll(async () => {
    for (const socket of sockets) socket.disconnect();
    await Promise.all(started.map((service) => service.stop()));
    await pm2.close();
    await folder.remove();
  });

  test("admits nobody without the API, then serves what is available, and finds Docker and PM2 by itself", async () => {
    const { url } = started[0] as ServiceProcess;
    const early = openClient(url, "system", { token: "any", reconnection: false });
    sockets.push(early);
    const refused = await nextEvent<Error & { data: { code: string } }>(early, "connect_error");
    expect(refused.data.code).toBe("upstream_unavailable");

    const api = await startService("api", { env, port: apiPort });
    started.push(api);
    const admin = await signIn({ apiUrl: api.url, dataDir: env.DATA_DIR ?? "", origin: "http://localhost:3005" });
    const token = await admin.makeKey();
    const connect = (namespace: "services" | "deployments" | "system" | "mcp" | "files") => {
      const socket = openClient(url, namespace, { token });
      sockets.push(socket);
      return socket;
    };
    const [services, deployments, system] = [connect("services"), connect("deployments"), connect("system")];
    const absent = { success: false, code: "upstream_unavailable" };
    expect(await services.emitWithAck("subscribe:logs", { serviceId: "a", containerName: "a" })).toMatchObject(absent);
    expect(await deployments.emitWithAck("subscribe:logs", { deploymentId: "a", pm2Name: "a" })).toMatchObject(absent);
    const stats = nextEvent(system, "stats");
    expect(await system.emitWithAck("subscribe:stats", {})).toMatchObject({ success: true });
    expect(await stats).toMatchObject({ containers: null, pm2Processes: null });
    expect(await connect("files").emitWithAck("watch", { path: "/" })).toMatchObject({ success: true });
    expect(await connect("mcp").emitWithAck("join", { serverId: "a" })).toMatchObject({ success: true });

    const changes: string[] = [];
    services.on("services:changed", ({ action }) => changes.push(action));
    deployments.on("deployments:changed", ({ action }) => changes.push(action));
    await symlink(DOCKER_SOCKET, join(folder.path, "docker.sock"));
    await pm2.command("ping"); // starts a daemon
    await eventually(() => expect(changes).toEqual(expect.arrayContaining(["reattached", "daemon:up"])));
    expect(
      await services.emitWithAck("subscribe:logs", { serviceId: "a", containerName: "no-such-container" }),
    ).toMatchObject({ success: false, code: "not_found" });
    expect(await deployments.emitWithAck("subscribe:logs", { deploymentId: "a", pm2Name: "a" })).toMatchObject({
      success: false,
      code: "not_found",
    });
  });
});
