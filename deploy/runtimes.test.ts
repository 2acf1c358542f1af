import { randomBytes } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { afterEach, describe, expect, test } from "vitest";
import { startChild } from "../shared/testing/child.ts";
import { eventually } from "../shared/testing/eventually.ts";
import { freePort } from "../shared/testing/free-port.ts";
import { lacks } from "../shared/testing/parts.ts";
import {
  projectFolder,
  runtimes,
  type ServiceProcess,
  spawnService,
  startService,
} from "../shared/testing/service-process.ts";
import { type TempFolder, tempFolder } from "../shared/testing/temp-folder.ts";

for (const runtime of runtimes) {
  describe.skipIf(runtime === "deno" && (await lacks("deno")))(`under ${runtime}`, () => {
    let folder: TempFolder;
    let service: ServiceProcess | undefined;
    afterEach(async () => {
      await service?.stop();
      await folder.remove();
    });

    const start = async (name: "api" | "realtime", env: Record<string, string> = {}) => {
      folder = await tempFolder("runtime");
      service = await startService(name, { runtime, env: { DATA_DIR: join(folder.path, "data"), ...env } });
      return service;
    };

    test("the realtime server starts, is healthy and stops by itself", async () => {
      const realtime = await start("realtime");
      expect(await (await fetch(`${realtime.url}/health`)).json()).toEqual({
        success: true,
        status: "healthy",
        connections: { services: 0, deployments: 0, system: 0, mcp: 0, files: 0 },
        activeStreams: 0,
      });
      expect(realtime.output()).toContain("CORS Origins");
      realtime.signal("SIGTERM");
      expect(await realtime.exited).toEqual({ code: 0, signal: null });
    });

    test("the realtime server takes an event with the token it made itself", async () => {
      const realtime = await start("realtime");
      const path = join(folder.path, "data/emit-token");
      expect((await stat(path)).mode & 0o777).toBe(0o600);
      const emit = (token: string) =>
        fetch(`${realtime.url}/emit`, {
          method: "POST",
          headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
          body: JSON.stringify({ namespace: "system", event: "notice", data: 1 }),
        });
      expect((await emit(randomBytes(32).toString("hex"))).status).toBe(401);
      const answer = await emit((await readFile(path, "utf8")).trim());
      expect(await answer.json()).toEqual({ success: true, delivered: 0 });
    });

    test("the API starts, is healthy and stops by itself", async () => {
      const api = await start("api");
      expect(await (await fetch(`${api.url}/health`)).json()).toEqual({ success: true, status: "healthy" });
      api.signal("SIGTERM");
      expect(await api.exited).toEqual({ code: 0, signal: null });
    });

    test("a taken port ends the start with one clear line", async () => {
      const realtime = await start("realtime");
      const second = await spawnService("realtime", {
        runtime,
        port: realtime.port,
        env: { DATA_DIR: join(folder.path, "data") },
      });
      expect((await second.exited).code).toBe(1);
      expect(second.output()).toContain(`Port ${realtime.port} is taken`);
    });
  });
}

test.each(["api", "realtime"])("npx tsx %s/main.ts starts it", async (name) => {
  const folder = await tempFolder("tsx");
  const port = String(await freePort());
  const env = {
    DATA_DIR: join(folder.path, "data"),
    PORT: port,
    WS_PORT: port,
    // Not the defaults, where a panel of this machine may be.
    WS_SERVER_URL: "http://127.0.0.1:2",
    BACKEND_URL: "http://127.0.0.1:2",
    PM2_HOME: join(folder.path, "pm2"),
    HOME: process.env.HOME,
  };
  const child = await startChild("npx", ["tsx", `${name}/main.ts`], {
    cwd: projectFolder,
    env: { ...env, PATH: process.env.PATH },
  });
  try {
    await eventually(async () => (await fetch(`http://127.0.0.1:${port}/health`)).ok, 30_000, 100);
  } finally {
    await child.stop();
    await folder.remove();
  }
});
