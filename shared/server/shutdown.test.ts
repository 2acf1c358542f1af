import { existsSync } from "node:fs";
import { connect, type Socket as TcpSocket } from "node:net";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { eventually } from "../testing/eventually.ts";
import { type Receiver, startReceiver } from "../testing/peers/receiver.ts";
import {
  projectFolder,
  type ServiceName,
  type ServiceProcess,
  spawnService,
  startService,
} from "../testing/service-process.ts";
import { type TempFolder, tempFolder } from "../testing/temp-folder.ts";

const crash = pathToFileURL(join(import.meta.dirname, "../testing/probes/crash-on-signal.ts")).href;
const services: ServiceName[] = ["api", "realtime", "web"];

describe.each(services)("%s", (name) => {
  const unbuilt = name === "web" && !existsSync(join(projectFolder, "web/dist/index.html"));
  let folder: TempFolder;
  let other: Receiver;
  const started: ServiceProcess[] = [];
  const connections: TcpSocket[] = [];
  beforeEach(async () => {
    folder = await tempFolder("shutdown");
    other = await startReceiver();
    other.answer.body = JSON.stringify({ success: true, delivered: 0 });
  });
  afterEach(async () => {
    for (const connection of connections.splice(0)) connection.destroy();
    await Promise.all(started.splice(0).map((service) => service.stop()));
    other.close();
    await folder.remove();
  });

  const env = () => ({
    DATA_DIR: join(folder.path, "data"),
    FILE_MANAGER_ROOT: folder.path,
    PM2_HOME: join(folder.path, "pm2"),
    // Stands in for the other server, so that its absence is not logged.
    WS_SERVER_URL: other.url,
    BACKEND_URL: other.url,
    NODE_OPTIONS: `--import=${crash}`,
  });
  const start = async () => {
    const service = await startService(name, { env: env() });
    started.push(service);
    return service;
  };
  /** Sends requests in sequence on several connections; returns the number of invalid responses. */
  const underLoad = (service: ServiceProcess) => {
    const statuses = new Set<number>();
    let stopped = false;
    const ask = async () => {
      while (!stopped) {
        try {
          const answer = await fetch(`${service.url}/${name === "web" ? "" : "health"}`);
          statuses.add(answer.status);
          await answer.arrayBuffer();
        } catch {
          return; // it accepts no more connections
        }
      }
    };
    const done = Promise.all(Array.from({ length: 10 }, ask));
    return {
      async end() {
        stopped = true;
        await done;
        return [...statuses];
      },
    };
  };
  /** A client that starts a request and does not continue. */
  const dawdle = async (service: ServiceProcess) => {
    const connection = connect(service.port, "127.0.0.1");
    connections.push(connection);
    connection.on("error", () => {}).write("GET /health HTTP/1.1\r\nHost: 127.0.0.1");
    await eventually(() => connection.bytesWritten > 0 && !connection.connecting);
  };

  /** A second service on the port of the first, which continues to run. */
  const startBeside = async (first: ServiceProcess) => {
    const second = await spawnService(name, {
      port: first.port,
      env: { ...env(), DATA_DIR: join(folder.path, "other") },
    });
    started.push(second);
    expect((await second.exited).code).toBe(1);
    const about = second
      .output()
      .split("\n")
      .filter((line) => line.includes(`Port ${first.port} is taken`));
    expect(about).toHaveLength(1);
    expect(second.output()).not.toMatch(/\bat .*\.ts:\d+|EADDRINUSE/);
    expect((await fetch(`${first.url}/health`)).status).toBe(200);
    expect(existsSync(join(folder.path, "other/setup-token"))).toBe(false);
  };

  test.skipIf(unbuilt)(
    "exits with one line if the port is taken; stops after SIGTERM under load without cutting a response",
    async () => {
      const service = await start();
      await startBeside(service);
      const load = underLoad(service);
      await dawdle(service);
      await eventually(async () => (await fetch(`${service.url}/health`)).ok);
      service.signal("SIGTERM");
      const { code, signal } = await service.exited;
      const isLate = service.output().includes("stop took too long"); // as may be on a busy machine
      expect([code, signal]).toEqual([isLate ? 1 : 0, null]);
      expect(await load.end()).toEqual([200]);
      expect(service.output()).not.toMatch(/\bat .*\.ts:\d+|FATAL|ERROR/);
    },
  );

  test.skipIf(unbuilt)("ends at once at a second signal", async () => {
    const service = await start();
    await dawdle(service);
    service.signal("SIGTERM");
    service.signal("SIGINT");
    const { code, signal } = await service.exited;
    // 0 if it drained before the second signal; in no case did it wait for the full limit of a stop.
    expect([
      [0, null],
      [1, null],
    ]).toContainEqual([code, signal]);
    expect(service.output()).not.toContain("stop took too long");
  });

  test.skipIf(unbuilt).each([
    ["SIGUSR2", "uncaught exception", "thrown for a test"],
    ["SIGHUP", "unhandled rejection", "rejected for a test"],
  ] as const)("logs an uncaught error (%s), drains and exits with 1", async (signal, what, message) => {
    const service = await start();
    const load = underLoad(service);
    await eventually(async () => (await fetch(`${service.url}/health`)).ok);
    service.signal(signal);
    expect(await service.exited).toEqual({ code: 1, signal: null });
    expect(await load.end()).toEqual([200]);
    expect(service.output()).toContain(what);
    expect(service.output()).toContain(message);
  });
});
