import { mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { lacks } from "../shared/testing/parts.ts";
import { runtimes, type ServiceProcess, spawnService, startService } from "../shared/testing/service-process.ts";
import { type TempFolder, tempFolder } from "../shared/testing/temp-folder.ts";

const withoutDeno = await lacks("deno");
const started: ServiceProcess[] = [];
let folder: TempFolder;
let env: Record<string, string>;
beforeEach(async () => {
  folder = await tempFolder("main");
  env = { DATA_DIR: join(folder.path, "data"), FILE_MANAGER_ROOT: folder.path, PM2_HOME: join(folder.path, "pm2") };
});
afterEach(async () => {
  await Promise.all(started.splice(0).map((service) => service.stop()));
  await folder.remove();
});

describe.each(runtimes)("on %s", (runtime) => {
  test.skipIf(runtime === "deno" && withoutDeno)(
    "starts, is closed to strangers, and stops on SIGTERM with 0",
    async () => {
      const api = await startService("api", { runtime, env });
      started.push(api);
      expect(await (await fetch(`${api.url}/health`)).json()).toEqual({ success: true, status: "healthy" });
      expect((await fetch(`${api.url}/api/services`)).status).toBe(401);
      const token = (await readFile(join(env.DATA_DIR ?? "", "emit-token"), "utf8")).trim();
      const headers = { authorization: `Bearer ${token}` };
      const ready = await fetch(`${api.url}/ready`, { headers });
      expect(await ready.json()).toMatchObject({ dependencies: { files: { state: "up" }, pm2: { state: "absent" } } });
      expect(await (await fetch(`${api.url}/metrics`, { headers })).text()).toContain(
        "ai_desktop_api_request_duration_seconds",
      );
      for (const name of ["emit-token", "state.db"]) {
        expect((await stat(join(env.DATA_DIR ?? "", name))).mode & 0o777).toBe(0o600);
      }
      expect((await stat(env.DATA_DIR ?? "")).mode & 0o777).toBe(0o700);
      api.signal("SIGTERM");
      expect(await api.exited).toMatchObject({ code: 0 });
    },
  );
});

test("shows a folder of its own where the home of its user cannot be written", async () => {
  const unset = { FILE_MANAGER_ROOT: "", HOME: join(folder.path, "no-home") };
  const api = await startService("api", { env: { ...env, ...unset } });
  started.push(api);
  const made = await stat(join(env.DATA_DIR ?? "", "files"));
  expect([made.isDirectory(), made.mode & 0o777]).toEqual([true, 0o700]);
  const token = (await readFile(join(env.DATA_DIR ?? "", "emit-token"), "utf8")).trim();
  const ready = await fetch(`${api.url}/ready`, { headers: { authorization: `Bearer ${token}` } });
  expect(await ready.json()).toMatchObject({ dependencies: { files: { state: "up" } } });
});

describe("a start that cannot continue", () => {
  test("for a taken port ends with 1 and one line, and touches nothing of the instance that runs", async () => {
    const first = await startService("api", { env });
    started.push(first);
    const setup = await readFile(join(env.DATA_DIR ?? "", "setup-token"), "utf8").catch(() => "");
    const second = await spawnService("api", { env, port: first.port });
    started.push(second);
    expect((await second.exited).code).toBe(1);
    expect(second.output().trim()).toBe(`Port ${first.port} is taken; set PORT or stop the other program.`);
    expect(await readFile(join(env.DATA_DIR ?? "", "setup-token"), "utf8").catch(() => "")).toBe(setup);
    expect((await fetch(`${first.url}/health`)).status).toBe(200);
  });

  test("for state that cannot be read, or is gone, ends with 1 and one line that says the way back", async () => {
    const path = join(env.DATA_DIR ?? "", "state.db");
    const first = await startService("api", { env });
    started.push(first);
    await first.stop();
    const database = new DatabaseSync(path);
    database.exec(
      "PRAGMA ignore_check_constraints = ON; UPDATE alert_rule SET settings = '{'; PRAGMA wal_checkpoint(TRUNCATE)",
    );
    database.close();
    const refusal = async () => {
      const api = await spawnService("api", { env });
      started.push(api);
      expect((await api.exited).code).toBe(1);
      return api.output().trim();
    };
    expect(await refusal()).toMatch(/^The file state\.db in DATA_DIR is damaged\. Restore a backup .*$/);
    for (const end of ["-wal", "-shm"]) await rm(`${path}${end}`, { force: true });
    await writeFile(path, "");
    expect(await refusal()).toMatch(/^The file state\.db in DATA_DIR is empty, .*$/);
    expect((await stat(path)).size).toBe(0);
  });

  test("for state that the disk does not give, does not advise to replace it", async () => {
    await mkdir(join(env.DATA_DIR ?? "", "setup-token"), { recursive: true, mode: 0o700 });
    const api = await spawnService("api", { env });
    started.push(api);
    expect((await api.exited).code).toBe(1);
    expect(api.output().trim()).toMatch(/cannot be read \(.*EISDIR.*\)\. The files are as they were: .*$/);
  });

  test("for a faulty variable ends with 1, names it and repeats no value", async () => {
    const api = await spawnService("api", { env: { ...env, EMIT_TOKEN: "short-secret", DOCKER_HOST: "nonsense" } });
    started.push(api);
    expect((await api.exited).code).toBe(1);
    expect(api.output()).toContain("EMIT_TOKEN");
    expect(api.output()).not.toMatch(/short-secret|\bat .*\.ts/);
  });

  test("for a DOCKER_HOST of another kind names it in one line", async () => {
    const api = await spawnService("api", { env: { ...env, DOCKER_HOST: "ssh://root@host" } });
    started.push(api);
    expect((await api.exited).code).toBe(1);
    expect(api.output().trim()).toMatch(/^DOCKER_HOST must be .*$/);
  });
});
