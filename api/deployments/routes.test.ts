import { existsSync, readFileSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { userInfo } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Deployment } from "../../shared/protocol/deployment.ts";
import { eventually } from "../../shared/testing/eventually.ts";
import { type TestPm2, testPm2 } from "../../shared/testing/pm2.ts";
import { startApi, type TestApi } from "../testing/api-server.ts";
import { messages } from "./messages.ts";

const source = "setInterval(() => undefined, 1000);";

describe("processes of PM2", () => {
  let pm2: TestPm2;
  let api: TestApi;
  beforeAll(async () => {
    pm2 = await testPm2();
    await pm2.start({ name: "worker", source, instances: 2, env: { SECRET: "abc123" } });
    await pm2.start({ name: "all", source });
    api = await startApi({ pm2Home: pm2.home });
  });
  afterAll(async () => {
    await api?.close();
    await pm2?.close();
  });

  const statusOf = async (name: string) => (await api.ask("GET", `/api/deployments/${name}`)).body.deployment?.status;

  test("are listed by name, without their environment", async () => {
    const { status, body, text } = await api.ask("GET", "/api/deployments");
    expect(status).toBe(200);
    expect(body.daemon).toEqual({ state: "up" });
    expect(body.deployments.map(({ name }: { name: string }) => name)).toEqual(["worker", "all"]);
    expect(text).not.toContain("abc123");
    expect((await api.ask("GET", "/api/deployments/worker")).body.deployment.instances).toHaveLength(2);
  });

  test("of another PM2 are not listed, but its daemon is, for callers who see all processes", async () => {
    const other = await testPm2();
    try {
      await other.start({ name: "elsewhere", source });
      const { body } = await api.ask("GET", "/api/deployments");
      expect(body.otherDaemons).toContainEqual({ user: userInfo().username, home: other.home });
      expect(body.otherDaemons).not.toContainEqual(expect.objectContaining({ home: pm2.home }));
      expect(body.deployments.map(({ name }: { name: string }) => name)).not.toContain("elsewhere");
      const cookie = await api.loginAs("operator", { deployments: ["worker"] });
      expect((await api.ask("GET", "/api/deployments", { cookie })).body.otherDaemons).toEqual([]);
    } finally {
      await other.close();
    }
  });

  test("are stopped, started, restarted and reloaded, and the viewers are notified", async () => {
    api.emitted.length = 0;
    for (const [action, expected] of [
      ["stop", "stopped"],
      ["start", "online"],
      ["restart", "online"],
      ["reload", "online"],
    ]) {
      const { status, body } = await api.ask("POST", `/api/deployments/worker/${action}`);
      expect([action, status, body.deployment.status]).toEqual([action, 200, expected]);
    }
    const change = { deploymentId: "worker", pm2Name: "worker", action: "reload", timestamp: expect.any(String) };
    expect(api.emitted).toContainEqual({ namespace: "deployments", event: "deployments:changed", data: change });
    expect(api.emitted).toContainEqual({
      namespace: "deployments",
      event: "status",
      room: "worker",
      data: { deploymentId: "worker", pm2Name: "worker", status: "stopped", timestamp: expect.any(String) },
    });
  });

  test("that PM2 cannot restart are reported with the message of PM2, for callers who may restart them", async () => {
    const logs = join(pm2.home, "gone");
    await mkdir(logs);
    const files = { out_file: join(logs, "out.log"), error_file: join(logs, "err.log") };
    await pm2.start({ name: "homeless", source, fields: files });
    // PM2 opens the logs before it starts a process: now they lie in a file.
    await rm(logs, { recursive: true });
    await writeFile(logs, "");
    const { status, body } = await api.ask("POST", "/api/deployments/homeless/restart");
    expect([status, body.code, body.error]).toEqual([409, "conflict", "PM2 could not do this."]);
    expect(body.detail).toMatch(/^(ENOTDIR|EEXIST|ENOENT): .*gone/);
    const cookie = await api.loginAs("operator", { deployments: ["worker"] });
    const refused = await api.ask("POST", "/api/deployments/homeless/restart", { cookie });
    expect([refused.status, refused.body.detail]).toEqual([403, undefined]);
    await pm2.command("delete", "homeless");
  });

  test("are found by their exact name only", async () => {
    expect((await api.ask("POST", "/api/deployments/all/stop")).status).toBe(200);
    expect(await statusOf("worker")).toBe("online");
    for (const name of ["0", "-1", "--lines", "%2F(a%2B)%2B%24%2F", "WORKER", "work", "__proto__"]) {
      expect((await api.ask("POST", `/api/deployments/${name}/stop`)).status).toBe(404);
      expect((await api.ask("DELETE", `/api/deployments/${name}`)).status).toBe(404);
    }
    expect((await api.ask("POST", "/api/deployments/a%0Ab/stop")).status).toBe(400);
    expect(await statusOf("worker")).toBe("online");
  });

  test("with one name in two namespaces are read, stopped, started, reloaded and deleted separately", async () => {
    await pm2.start({ name: "api", namespaces: ["default", "shop"], source });
    await pm2.start({ name: "a/b:c%", source });
    const { body } = await api.ask("GET", "/api/deployments");
    const listed = body.deployments as Deployment[];
    const ids = Object.fromEntries(listed.map(({ id, name, namespace }) => [id, `${name} in ${namespace}`]));
    expect(ids).toMatchObject({
      api: "api in default",
      "shop/api": "api in shop",
      "default/a%2Fb%3Ac%25": "a/b:c% in default",
    });
    const shop = encodeURIComponent("shop/api");
    for (const action of ["stop", "start", "reload", "restart"]) {
      const { status, body } = await api.ask("POST", `/api/deployments/${shop}/${action}`);
      expect([action, status, body.deployment.id]).toEqual([action, 200, "shop/api"]);
    }
    expect((await api.ask("POST", `/api/deployments/${shop}/stop`)).status).toBe(200);
    expect([await statusOf("api"), await statusOf(shop)]).toEqual(["online", "stopped"]);
    expect((await api.ask("GET", "/api/deployments/api")).body.deployment.instances[0].restarts).toBe(0);
    const odd = encodeURIComponent("default/a%2Fb%3Ac%25");
    expect((await api.ask("GET", `/api/deployments/${odd}`)).body.deployment.name).toBe("a/b:c%");
    const limited = await api.loginAs("operator", { deployments: ["api"] });
    expect((await api.ask("POST", `/api/deployments/${shop}/start`, { cookie: limited })).status).toBe(403);
    expect((await api.ask("DELETE", "/api/deployments/api")).status).toBe(200);
    expect((await api.ask("GET", "/api/deployments/api")).status).toBe(404);
    expect(await statusOf(shop)).toBe("stopped");
    await pm2.command("delete", "api");
    await pm2.command("delete", "a/b:c%");
  });

  test("are hidden from callers limited to others, in the list and by name", async () => {
    const cookie = await api.loginAs("operator", { deployments: ["worker"] });
    const { body } = await api.ask("GET", "/api/deployments", { cookie });
    expect(body.deployments.map(({ name }: { name: string }) => name)).toEqual(["worker"]);
    for (const name of ["all", "no-such-process"]) {
      expect((await api.ask("GET", `/api/deployments/${name}`, { cookie })).status).toBe(403);
      expect((await api.ask("POST", `/api/deployments/${name}/start`, { cookie })).status).toBe(403);
      expect((await api.ask("DELETE", `/api/deployments/${name}`, { cookie })).status).toBe(403);
    }
    const viewer = await api.loginAs("viewer");
    expect((await api.ask("POST", "/api/deployments/worker/stop", { cookie: viewer })).status).toBe(403);
    expect(await statusOf("worker")).toBe("online");
  });

  test("that are deleted come back with settings, environment and state when the deletion is taken back", async () => {
    await api.ask("POST", "/api/deployments/all/stop");
    for (const [name, status] of [
      ["worker", "online"],
      ["all", "stopped"],
    ] as const) {
      expect((await api.ask("DELETE", `/api/deployments/${name}`)).status).toBe(200);
      expect((await api.ask("GET", `/api/deployments/${name}`)).status).toBe(404);
      const [entry] = (await api.ask("GET", "/api/activity?limit=1")).body.entries;
      expect(entry).toMatchObject({ action: "deployment:remove", target: name, undoable: true });
      expect((await api.ask("POST", `/api/activity/${entry.id}/undo`)).status).toBe(202);
      await eventually(async () => (await statusOf(name)) === status);
      // What is taken back once is not taken back twice.
      expect((await api.ask("POST", `/api/activity/${entry.id}/undo`)).status).toBe(409);
    }
    const { instances } = (await api.ask("GET", "/api/deployments/worker")).body.deployment;
    expect(instances).toHaveLength(2);
    expect(await pm2.command("env", String(instances[0].pmId))).toMatch(/SECRET: \S*abc123/);
  });

  test("in cluster mode are scaled, one change at a time, and in fork mode are not", async () => {
    await pm2.start({ name: "shop web/ünï", source, instances: 2, fields: { exec_mode: "cluster" } });
    const path = `/api/deployments/${encodeURIComponent("default/shop web%2Fünï")}`;
    const scale = (instances: number) => api.ask("POST", `${path}/scale`, { body: { instances } });
    const both = await Promise.all([scale(4), scale(3)]);
    expect(both.map(({ status }) => status).sort()).toEqual([expect.any(Number), 409]);
    const count = async () => (await api.ask("GET", path)).body.deployment.instances.length;
    await eventually(async () => (await count()) >= 3);
    await eventually(async () => (await scale(1)).status < 300);
    await eventually(async () => (await count()) === 1);
    expect((await api.ask("POST", "/api/deployments/worker/scale", { body: { instances: 3 } })).status).toBe(409);
    for (const instances of [0, 65, 1.5, "3"]) {
      expect((await api.ask("POST", `${path}/scale`, { body: { instances } })).status).toBe(400);
    }
    expect((await api.ask("DELETE", path)).status).toBe(200);
  });

  test("get a signal while they run; without one, nothing does", async () => {
    const seen = join(pm2.home, "hangup");
    await pm2.start({
      name: "listener",
      source: `import { writeFileSync } from "node:fs"; process.on("SIGHUP", () => writeFileSync(${JSON.stringify(seen)}, "")); ${source}`,
    });
    const signal = (name: string) => api.ask("POST", `/api/deployments/listener/signal`, { body: { signal: name } });
    await eventually(async () => (await signal("SIGHUP")).status === 200 && existsSync(seen));
    expect((await signal("SIGKILLALL")).status).toBe(400);
    const daemon = pm2.daemonPid();
    expect((await api.ask("POST", "/api/deployments/listener/stop")).status).toBe(200);
    // PM2's own call signals the pid 0 for a stopped process: the daemon and what it started.
    expect((await signal("SIGKILL")).status).toBe(409);
    expect([pm2.daemonPid(), await statusOf("worker")]).toEqual([daemon, "online"]);
    await pm2.command("delete", "listener");
  });

  test("have their counts reset and their logs emptied, and no log of another", async () => {
    const shared = join(pm2.home, "shared.log");
    const noisy = "console.log('a line'); setInterval(() => undefined, 1000);";
    await pm2.start({ name: "two words", source: noisy });
    await pm2.start({ name: "a", source: noisy, fields: { out_file: shared } });
    await pm2.start({ name: "b", source: noisy, fields: { out_file: shared } });
    const log = join(pm2.home, "logs", "two-words-out.log");
    await eventually(() => existsSync(log) && readFileSync(log, "utf8") === "a line\n");
    await api.ask("POST", "/api/deployments/two%20words/restart");
    await eventually(() => readFileSync(log, "utf8") === "a line\na line\n");
    const { body } = await api.ask("POST", "/api/deployments/two%20words/reset");
    expect(body.deployment.instances[0].restarts).toBe(0);
    expect((await api.ask("POST", "/api/deployments/two%20words/flush")).body.bytes).toBe(14);
    expect(readFileSync(log, "utf8")).toBe("");
    const refused = await api.ask("POST", "/api/deployments/a/flush");
    expect([refused.status, refused.body.code]).toEqual([409, "conflict"]);
    expect(readFileSync(shared, "utf8")).toContain("a line");
    for (const name of ["two words", "a", "b"]) await pm2.command("delete", name);
  });

  test("of the panel are restarted, and not stopped, deleted, scaled or signalled", async () => {
    await pm2.start({ name: "ai-desktop-backend", source });
    const at = "/api/deployments/ai-desktop-backend";
    const refused = [
      await api.ask("POST", `${at}/stop`),
      await api.ask("DELETE", at),
      await api.ask("POST", `${at}/scale`, { body: { instances: 2 } }),
      await api.ask("POST", `${at}/signal`, { body: { signal: "SIGKILL" } }),
    ];
    for (const { status, body } of refused) expect([status, body.error]).toEqual([403, messages.ownProcess]);
    expect((await api.ask("POST", `${at}/restart`)).body.deployment.status).toBe("online");
    await pm2.command("delete", "ai-desktop-backend");
  });

  test("are deleted from PM2's list", async () => {
    expect((await api.ask("DELETE", "/api/deployments/all")).status).toBe(200);
    expect((await api.ask("GET", "/api/deployments/all")).status).toBe(404);
    expect(await statusOf("worker")).toBe("online");
  });
});

test("an absent daemon is a state beside an empty list, and is not started", async () => {
  const api = await startApi();
  try {
    const { status, body } = await api.ask("GET", "/api/deployments");
    expect(status).toBe(200);
    expect(body).toMatchObject({
      success: true,
      deployments: [],
      daemon: { state: "absent", hint: expect.any(String) },
    });
    expect((await api.ask("POST", "/api/deployments/worker/start")).status).toBe(503);
  } finally {
    await api.close();
  }
});
