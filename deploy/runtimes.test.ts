import { randomBytes } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
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

/** What `realtime/runtimes.test.ts` and `api/main.test.ts` do not go through: the first lines, the token, a second start. */
for (const runtime of runtimes) {
  describe.skipIf(runtime === "deno" && (await lacks("deno")))(`under ${runtime}`, () => {
    let folder: TempFolder;
    let realtime: ServiceProcess;
    beforeAll(async () => {
      folder = await tempFolder("runtime");
      realtime = await startService("realtime", { runtime, env: { DATA_DIR: join(folder.path, "data") } });
    });
    afterAll(async () => {
      await realtime?.stop();
      await folder.remove();
    });

    test("the realtime server names its origins and is healthy", async () => {
      expect(await (await fetch(`${realtime.url}/health`)).json()).toEqual({
        success: true,
        status: "healthy",
        connections: { services: 0, deployments: 0, system: 0, mcp: 0, files: 0 },
        activeStreams: 0,
      });
      expect(realtime.output()).toContain("CORS Origins");
    });

    test("the realtime server takes an event with the token it made itself", async () => {
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

    test("a taken port ends the start with one clear line, and the server goes on", async () => {
      const { port } = realtime;
      const second = await spawnService("realtime", {
        runtime,
        port,
        env: { DATA_DIR: join(folder.path, "data") },
      });
      expect((await second.exited).code).toBe(1);
      expect(second.output()).toContain(`Port ${port} is taken`);
      expect((await fetch(`${realtime.url}/health`)).status).toBe(200);
    });

    test("the realtime server stops by itself", async () => {
      realtime.signal("SIGTERM");
      expect(await realtime.exited).toEqual({ code: 0, signal: null });
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
