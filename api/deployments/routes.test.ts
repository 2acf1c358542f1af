import { existsSync, readFileSync } from "node:fs";
import { appendFile, mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Deployment } from "../../shared/protocol/deployment.ts";
import { eventually } from "../../shared/testing/eventually.ts";
import { lacks } from "../../shared/testing/parts.ts";
import { type TestPm2, testPm2 } from "../../shared/testing/pm2.ts";
import { startApi, type TestApi } from "../testing/api-server.ts";
import { messages } from "./messages.ts";
import { createProcessExits } from "./process-exits.ts";

/** Tells PM2 a metric and an action, as PM2's library for apps does, and listens on a port. */
const instrumented = `
import { createServer } from "node:net";
console.log("ready");
createServer().listen(0, "127.0.0.1");
process.send({ type: "axm:monitor", data: { "Open orders": { value: 7 } } });
process.send({ type: "axm:action", data: { action_name: "greet", arity: 1 } });
process.on("message", (message) => {
  if ((message.msg ?? message) !== "greet") return;
  process.send({ type: "axm:reply", data: { return: "hello " + message.opts, action_name: "greet" } });
});
`;
const noCollapse = await lacks("collapsible-files");
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
    await pm2.start({ name: "two\nlines", source });
    const { body } = await api.ask("GET", "/api/deployments");
    const listed = body.deployments as Deployment[];
    const ids = Object.fromEntries(listed.map(({ id, name, namespace }) => [id, `${name} in ${namespace}`]));
    expect(ids).toMatchObject({
      api: "api in default",
      "shop/api": "api in shop",
      "default/a%2Fb%3Ac%25": "a/b:c% in default",
      "default/two%0Alines": "two\nlines in default",
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
    const lines = encodeURIComponent("default/two%0Alines");
    expect((await api.ask("POST", `/api/deployments/${lines}/stop`)).body.deployment).toMatchObject({
      name: "two\nlines",
      status: "stopped",
    });
    expect((await api.ask("DELETE", `/api/deployments/${lines}`)).status).toBe(200);
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
    // What came and went leaves no gap and no double in the numbers that apps make their ports from.
    await eventually(async () => (await scale(3)).status < 300);
    await eventually(async () => (await count()) === 3);
    const numbers = JSON.parse(await pm2.command("jlist", "--silent"))
      .filter(({ name }: { name: string }) => name === "shop web/ünï")
      .map(({ pm2_env }: { pm2_env: { NODE_APP_INSTANCE: number } }) => pm2_env.NODE_APP_INSTANCE);
    expect(numbers.sort()).toEqual([0, 1, 2]);
    expect((await api.ask("POST", "/api/deployments/worker/scale", { body: { instances: 3 } })).status).toBe(409);
    for (const instances of [0, -1, 65, 1.5, "3"]) {
      expect((await api.ask("POST", `${path}/scale`, { body: { instances } })).status).toBe(400);
    }
    expect((await api.ask("DELETE", path)).status).toBe(200);
  });

  test("get a signal while they run; without one, nothing does", async () => {
    const [ready, seen] = [join(pm2.home, "ready"), join(pm2.home, "hangup")];
    await pm2.start({
      name: "listener",
      source: `import { writeFileSync } from "node:fs"; process.on("SIGHUP", () => writeFileSync(${JSON.stringify(seen)}, "")); writeFileSync(${JSON.stringify(ready)}, ""); ${source}`,
    });
    // Before it listens for the signal, it would end by it.
    await eventually(() => existsSync(ready));
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

  test.skipIf(noCollapse)(
    "have their logs rotated by the panel once somebody turns it on, which is taken back",
    async () => {
      await pm2.start({ name: "rotated", source });
      const at = "/api/deployments/rotated";
      const log = join(pm2.home, "logs", "rotated-out.log");
      const setting = { maxBytes: 10 * 1024 * 1024, kept: 2, compress: true, mayLose: false };
      const rotation = async () => (await api.ask("GET", `${at}/details`)).body.details.panelRotation;
      const off = { setting: null, refusal: null, lossless: true, rotatedAt: null, problem: null };
      expect(await rotation()).toEqual(off);
      expect((await api.ask("POST", `${at}/rotate`)).status).toBe(409);
      for (const wrong of [{ kept: 0 }, { kept: 51 }, { maxBytes: 1 }, { maxBytes: 2 ** 31 }]) {
        const body = { setting: { ...setting, ...wrong } };
        expect((await api.ask("PUT", `${at}/rotation`, { body })).status).toBe(400);
      }
      const cookie = await api.loginAs("operator", { deployments: ["all"] });
      expect((await api.ask("PUT", `${at}/rotation`, { body: { setting }, cookie })).status).toBe(403);
      const changed = await api.ask("PUT", `${at}/rotation`, { body: { setting } });
      expect([changed.status, changed.body.rotation]).toEqual([200, { ...off, setting }]);
      const [entry] = (await api.ask("GET", "/api/activity?limit=1")).body.entries;
      expect((await api.ended(await api.ask("POST", `/api/activity/${entry.id}/undo`))).state).toBe("succeeded");
      expect((await rotation()).setting).toBeNull();
      expect((await api.ask("PUT", `${at}/rotation`, { body: { setting } })).status).toBe(200);
      const lines = Array.from({ length: 2_000 }, (_, index) => `line ${index}\n`);
      await appendFile(log, lines.join(""));
      const { body } = await api.ask("POST", `${at}/rotate`);
      expect(body.bytes).toBeGreaterThan(8_000);
      expect(readFileSync(`${log}.1`, "utf8") + readFileSync(log, "utf8").replace(/^ *\t\t\n/, "")).toBe(
        lines.join(""),
      );
      expect((await rotation()).rotatedAt).toEqual(expect.any(String));
      await pm2.command("delete", "rotated");
    },
  );

  test("are described: names of variables without values, ports, metrics, size of logs, and actions that are run", async () => {
    await pm2.start({ name: "measured", source: instrumented, env: { DATABASE_PASSWORD: "hidden-value" } });
    const at = "/api/deployments/measured";
    const details = async () => (await api.ask("GET", `${at}/details`)).body.details;
    await eventually(async () => {
      const { metrics, actions, ports } = await details();
      const isMeasured = metrics.some(({ name }: { name: string }) => name === "Open orders");
      return isMeasured && actions.includes("greet") && ports?.length > 0;
    });
    const { status, body, text } = await api.ask("GET", `${at}/details`);
    expect(status).toBe(200);
    expect(body.details).toMatchObject({
      interpreter: "node",
      ports: [{ port: expect.any(Number), address: "127.0.0.1" }],
      metrics: expect.arrayContaining([{ pmId: expect.any(Number), name: "Open orders", value: "7" }]),
      actions: ["greet"],
      logBytes: 6,
      logRotation: { by: expect.stringMatching(/^(none|unknown)$/), rule: null },
    });
    expect(body.details.environment).toContain("DATABASE_PASSWORD");
    expect(text).not.toContain("hidden-value");
    const ran = await api.ask("POST", `${at}/trigger`, { body: { action: "greet", argument: "you" } });
    expect(ran.body.results).toEqual([{ pmId: expect.any(Number), result: "hello you" }]);
    expect((await api.ask("POST", `${at}/trigger`, { body: { action: "no-such" } })).status).toBe(409);
    const { body: worker } = await api.ask("GET", "/api/deployments/worker/details");
    expect(worker.details).toMatchObject({ ports: [], actions: [] });
    const cookie = await api.loginAs("operator", { deployments: ["all"] });
    for (const part of ["details", "history"]) {
      expect((await api.ask("GET", `${at}/${part}`, { cookie })).status).toBe(403);
      expect((await api.ask("GET", `/api/deployments/nobody/${part}`)).status).toBe(404);
    }
    await pm2.command("delete", "measured");
  });

  test("have a history of what they used, and of how they ended", async () => {
    await pm2.start({
      name: "brittle",
      source:
        "process.on('SIGHUP', () => process.exit(3)); process.on('SIGUSR2', () => process.exit(4)); console.log('ready'); setInterval(() => undefined, 1000);",
    });
    const log = join(pm2.home, "logs", "brittle-out.log");
    const runs = (count: number) =>
      eventually(() => existsSync(log) && readFileSync(log, "utf8") === "ready\n".repeat(count));
    await runs(1);
    await api.deps.stats.collect();
    const one = async () => (await api.ask("GET", "/api/deployments/brittle")).body.deployment.instances[0];
    for (const [count, signal] of ["SIGHUP", "SIGUSR2"].entries()) {
      await api.ask("POST", "/api/deployments/brittle/signal", { body: { signal } });
      await runs(count + 2);
    }
    await api.deps.stats.collect();
    const { body } = await api.ask("GET", "/api/deployments/brittle/details");
    // PM2 itself only keeps the newest exit code.
    const exit = { pmId: (await one()).pmId, restarts: 1, at: expect.any(String) };
    expect(body.details.exits).toMatchObject({
      since: expect.any(String),
      list: [
        { ...exit, exitCode: 4 },
        { ...exit, exitCode: 3 },
      ],
    });
    // They outlive the API.
    const next = createProcessExits({ database: api.deps.database, processes: api.deps.processes });
    expect(next.of("brittle")).toEqual(body.details.exits);
    next.close();
    const { history } = (await api.ask("GET", "/api/deployments/brittle/history?range=7d")).body;
    expect(history.memory.at(-1)).toBeGreaterThan(0);
    await pm2.command("delete", "brittle");
  });

  test("are compared with the list that PM2 starts after a reboot, and saved as shown", async () => {
    const dump = join(pm2.home, "dump.pm2");
    const list = async () => (await api.ask("GET", "/api/process-list")).body.list;
    const save = (revision: string) => api.ask("POST", "/api/process-list/save", { body: { revision } });
    const first = await list();
    expect(first).toMatchObject({ saved: { state: "absent", at: null }, unit: { state: expect.any(String) } });
    expect(first.apps.map(({ state }: { state: string }) => state)).toEqual(["unsaved", "unsaved"]);
    expect((await save(first.revision)).body.list.apps).toMatchObject([
      { id: "worker", state: "saved", changed: [] },
      { id: "all", state: "saved", changed: [] },
    ]);
    const saved = JSON.parse(readFileSync(dump, "utf8"));
    expect(saved.map(({ name }: { name: string }) => name)).toEqual(["worker", "worker", "all"]);
    // What PM2 itself saves is the same list.
    await pm2.command("save");
    expect((await list()).apps.every(({ state }: { state: string }) => state === "saved")).toBe(true);

    const shown = await list();
    await pm2.start({ name: "fresh", source, env: { TOKEN: "very-secret" } });
    expect((await save(shown.revision)).status).toBe(409);
    expect(JSON.parse(readFileSync(dump, "utf8"))).toHaveLength(3);
    const { text, body } = await api.ask("GET", "/api/process-list");
    expect(text).not.toContain("very-secret");
    expect(body.list.apps.at(-1)).toMatchObject({ id: "fresh", state: "unsaved" });
    expect(body.list.apps.at(-1).environment).toContainEqual({ name: "TOKEN", change: "added" });
    expect((await save(body.list.revision)).status).toBe(200);
    await pm2.command("delete", "fresh");
    expect((await list()).apps.at(-1)).toMatchObject({ id: "fresh", state: "only-saved" });
    await api.ask("POST", "/api/deployments/all/start");
    const one = (await list()).apps.find(({ id }: { id: string }) => id === "all");
    expect(one).toMatchObject({ state: "different", changed: ["stopped"] });

    // A damaged file is not an empty list.
    await writeFile(dump, "[{");
    expect((await list()).saved).toEqual({ state: "unreadable", at: null });
    const cookie = await api.loginAs("operator", { deployments: ["worker"] });
    const { body: limited } = await api.ask("GET", "/api/process-list", { cookie });
    expect(limited.list.apps.map(({ id }: { id: string }) => id)).toEqual(["worker"]);
    const revision = limited.list.revision;
    expect((await api.ask("POST", "/api/process-list/save", { cookie, body: { revision } })).status).toBe(403);
    await rm(dump);
    await rm(`${dump}.bak`);
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
