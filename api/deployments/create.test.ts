import { existsSync, readFileSync } from "node:fs";
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import process from "node:process";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventually } from "../../shared/testing/eventually.ts";
import { findBun, findDeno, lacks } from "../../shared/testing/parts.ts";
import { type TestPm2, testPm2 } from "../../shared/testing/pm2.ts";
import { startApi, type TestApi } from "../testing/api-server.ts";

const runtimesMissing = await lacks("deno", "bun");
const idle = "setInterval(() => undefined, 1000);";

describe("a new process of PM2", () => {
  let pm2: TestPm2;
  let api: TestApi;
  const file = async (name: string, text: string) => {
    await writeFile(join(pm2.home, name), text);
    return name;
  };
  beforeAll(async () => {
    pm2 = await testPm2();
    await pm2.start({ name: "first", source: idle });
    api = await startApi({ pm2Home: pm2.home, env: { SMTP_PASSWORD_OF_THE_PANEL: "panel-secret" } });
    await file("idle.mjs", idle);
  });
  afterAll(async () => {
    await api?.close();
    await pm2?.close();
  });

  const draft = (change: object = {}) => ({ script: "idle.mjs", cwd: pm2.home, ...change });
  const preview = async (change: object = {}) =>
    (await api.ask("POST", "/api/process-list/preview", { body: { name: "new", ...draft(change) } })).body.preview;
  const create = (id: string, change: object = {}, more: object = {}) =>
    api.ask("PUT", `/api/deployments/${encodeURIComponent(id)}`, { body: draft(change), ...more });
  /** On a busy machine, a process can take more than a second to come to its end. */
  const createEnding = async (id: string, change: object) => {
    for (let attempt = 0; ; attempt++) {
      const made = await create(id, change);
      if (made.status !== 201 || attempt === 5) return made;
      await remove(id);
    }
  };
  const remove = (id: string) => api.ask("DELETE", `/api/deployments/${encodeURIComponent(id)}`);
  const settingsOf = async (name: string) =>
    JSON.parse(await pm2.command("jlist", "--silent")).filter((item: { name: string }) => item.name === name);
  const names = async () =>
    (await api.ask("GET", "/api/deployments")).body.deployments.map(({ id }: { id: string }) => id);

  test("is shown before it runs: command line, user, variables without values, next times, and the entry for PM2", async () => {
    const before = await names();
    const seen = await preview({
      namespace: "shop",
      args: ["a b", "--port=1"],
      variables: ["TOKEN"],
      cron: "0 3 * * *",
      maxMemoryMebibytes: 200,
    });
    const [node, ...rest] = seen.argv;
    expect(rest).toEqual([join(pm2.home, "idle.mjs"), "a b", "--port=1"]);
    expect(seen).toMatchObject({
      id: "shop/new",
      cwd: pm2.home,
      daemon: { state: "up" },
      interpreter: { path: node, version: expect.stringMatching(/^\d+\.\d+/) },
      restarts: [expect.any(String), expect.any(String), expect.any(String)],
      problems: [],
    });
    expect(seen.variables).toContainEqual({ name: "TOKEN", added: false });
    expect(seen.variables).toContainEqual({ name: "PATH", added: true });
    expect(seen.ecosystem).toContain('"max_memory_restart": "200M"');
    expect(seen.ecosystem).toContain('"TOKEN": "…"');
    expect(await names()).toEqual(before);
  });

  test.for<[string, object, string]>([
    ["a script that does not exist", { script: "gone.js" }, "script"],
    ["a folder", { script: "logs" }, "script"],
    ["a text that is not executable", { script: "notes" }, "script"],
    ["a program that is not executable", { interpreter: "none" }, "script"],
    ["a missing interpreter", { interpreter: "/nonexistent/ruby" }, "interpreter"],
    ["an interpreter that is a folder", { interpreter: "/tmp" }, "interpreter"],
    ["a missing directory", { cwd: "/nonexistent/folder", script: "/bin/sleep" }, "cwd"],
    ["a directory that is a file", { cwd: "/etc/passwd", script: "/bin/sleep" }, "cwd"],
    ["cluster mode for another program", { script: "/bin/sleep", mode: "cluster" }, "mode"],
    ["a cron pattern that is none", { cron: "every day" }, "cron"],
    ["a cron pattern that never comes", { cron: "0 0 30 2 *" }, "cron"],
    ["options without an interpreter", { script: "/bin/sleep", interpreterArgs: ["--x"] }, "interpreterArgs"],
  ])("is refused for %s, before and when it is created", async ([, change, field]) => {
    await file("notes", "text");
    const seen = await preview(change);
    expect(seen.problems).toContainEqual({ field, message: expect.any(String) });
    const { status, body } = await create("new", change);
    expect([status, body.code]).toEqual([400, "invalid_input"]);
    expect(seen.problems.map(({ message }: { message: string }) => message)).toContain(body.error);
    expect(await names()).not.toContain("new");
  });

  test("gets the given variables and those of its user, and none of the panel or of PM2's caller", async () => {
    await file(
      "show.mjs",
      `import { writeFileSync } from "node:fs"; writeFileSync("seen.json", JSON.stringify([process.env, process.argv.slice(2), process.cwd()])); ${idle}`,
    );
    process.env.AI_DESKTOP_TEST_SECRET = "caller-secret";
    try {
      const made = await create("show", {
        script: "show.mjs",
        args: ["a b", "$HOME", "'"],
        environment: { TOKEN: "very-secret" },
      });
      expect([made.status, made.body.deployment?.status]).toEqual([201, "online"]);
      expect(made.text).not.toContain("very-secret");
      const [env, args, cwd] = JSON.parse(readFileSync(join(pm2.home, "seen.json"), "utf8"));
      expect(env).toMatchObject({ TOKEN: "very-secret", HOME: expect.any(String), PWD: pm2.home });
      expect(Object.keys(env)).not.toContain("AI_DESKTOP_TEST_SECRET");
      expect(Object.keys(env)).not.toContain("SMTP_PASSWORD_OF_THE_PANEL");
      expect([args, cwd]).toEqual([["a b", "$HOME", "'"], pm2.home]);
      const audit = await api.ask("GET", "/api/audit?action=deployment:create");
      expect(audit.text).toContain("runs show.mjs");
      expect(audit.text).not.toContain("very-secret");
    } finally {
      delete process.env.AI_DESKTOP_TEST_SECRET;
    }
    expect((await create("show")).status).toBe(409);
    expect((await preview({ name: "show" })).problems).toContainEqual({ field: "name", message: expect.any(String) });
    await remove("show");
  });

  test("that ends at once is removed again, with its exit code and last lines, and its secrets hidden", async () => {
    const taken = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => taken.once("listening", resolve));
    const { port } = taken.address() as { port: number };
    await file(
      "busy.mjs",
      `console.error("with " + process.env.TOKEN); (await import("node:net")).createServer().listen(${port}, "127.0.0.1");`,
    );
    const made = await createEnding("busy", { script: "busy.mjs", environment: { TOKEN: "very-secret" } });
    taken.close();
    expect([made.status, made.body.code]).toEqual([409, "conflict"]);
    expect(made.body.error).toContain("exit code 1");
    expect(made.body.detail).toContain("EADDRINUSE");
    expect(made.text).not.toContain("very-secret");
    expect(await names()).not.toContain("busy");

    await file("over.mjs", "process.exit(0);");
    const over = await createEnding("over", { script: "over.mjs" });
    expect([over.status, over.body.error]).toEqual([409, expect.stringContaining("Turn off")]);
    await file("done.mjs", "console.log('done');");
    // A task may end.
    expect((await create("done", { script: "done.mjs", autorestart: false })).status).toBe(201);
    await eventually(async () => (await settingsOf("done"))[0].pm2_env.status === "stopped");
    await remove("done");
  });

  test("is deleted when its creation is taken back", async () => {
    expect((await create("brief")).status).toBe(201);
    const [entry] = (await api.ask("GET", "/api/activity?limit=1")).body.entries;
    expect(entry).toMatchObject({ action: "deployment:create", target: "brief", undoable: true });
    expect((await api.ask("POST", `/api/activity/${entry.id}/undo`)).status).toBe(202);
    await eventually(async () => !(await names()).includes("brief"));
  });

  test("keeps its settings, and logs as asked for", async () => {
    const noisy = "console.log('out'); console.error('err'); setInterval(() => undefined, 1000);";
    await file("noisy.mjs", noisy);
    const change = { script: "noisy.mjs", maxMemoryMebibytes: 900, cron: "0 3 * * *", killTimeoutMs: 2_500 };
    const id = "default/a%2Fb ü";
    const { status, body } = await create(id, { ...change, logs: { files: "one", json: true, timestamps: true } });
    expect([status, body.deployment?.name]).toEqual([201, "a/b ü"]);
    const [{ pm2_env: env }] = await settingsOf("a/b ü");
    expect(env).toMatchObject({ max_memory_restart: 900 * 1_048_576, cron_restart: "0 3 * * *", kill_timeout: 2_500 });
    await eventually(() => readFileSync(env.pm_log_path, "utf8").split("\n").length > 2);
    const lines = readFileSync(env.pm_log_path, "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines.map(({ message }: { message: string }) => message.trim()).sort()).toEqual(["err", "out"]);
    // Another name with the same letters has files of its own.
    expect((await create("a-b--", { script: "noisy.mjs" })).status).toBe(201);
    const [{ pm2_env: other }] = await settingsOf("a-b--");
    expect(existsSync(other.pm_out_log_path)).toBe(true);
    expect(other.pm_out_log_path).not.toBe(env.pm_log_path);
    for (const one of [id, "a-b--"]) await remove(one);
    // PM2 would restart it again and again, and may already do so.
    await eventually(async () => {
      const small = await create("small", { maxMemoryMebibytes: 8 });
      if (small.status !== 201) return false;
      expect(small.body.notes).toContainEqual(expect.stringContaining("limit of 8 MiB"));
      return true;
    });
    await remove("small");
  });

  test("runs in cluster mode, with several instances, as a program, and as a command of the search path", async () => {
    const cluster = await create("team", { mode: "cluster", instances: 2 });
    expect([cluster.status, cluster.body.deployment?.instances.length]).toEqual([201, 2]);
    expect(cluster.body.deployment.mode).toBe("cluster");
    await file("program", "#!/bin/sh\nexec sleep 1000\n");
    await chmod(join(pm2.home, "program"), 0o755);
    expect((await create("program", { script: "./program" })).status).toBe(201);
    expect(
      (await create("sleeper", { script: "sleep", args: ["1000"], instances: 2 })).body.deployment.instances,
    ).toHaveLength(2);
    for (const id of ["team", "program", "sleeper"]) await remove(id);
  });

  test.skipIf(runtimesMissing)("runs by Deno and by Bun", async () => {
    await file("worker.ts", "const n: number = 1; setInterval(() => n, 1000);");
    const deno = await create("deno", { script: "worker.ts", interpreter: findDeno(), interpreterArgs: ["run"] });
    expect([deno.status, deno.body.detail, deno.body.deployment?.status]).toEqual([201, undefined, "online"]);
    const bun = await create("bun", { script: "worker.ts", interpreter: findBun() });
    expect([bun.status, bun.body.detail, bun.body.deployment?.status]).toEqual([201, undefined, "online"]);
    for (const id of ["deno", "bun"]) await remove(id);
  });

  test("is created by administrators who see everything, and by keys made for it", async () => {
    const cookieOf = (role: "operator" | "admin", limits?: object) => api.loginAs(role, limits);
    for (const cookie of [await cookieOf("operator"), await cookieOf("admin", { deployments: ["first"] })]) {
      expect((await create("denied", {}, { cookie })).status).toBe(403);
      const body = { name: "denied", ...draft() };
      expect((await api.ask("POST", "/api/process-list/preview", { body, cookie })).status).toBe(403);
      expect((await api.ask("GET", "/api/process-list/interpreters", { cookie })).status).toBe(403);
    }
    const keyOf = async (scopes: string[] | null) => {
      const body = { name: "ci", role: "admin", days: 1, scopes };
      return (await api.ask("POST", "/api/keys", { body })).body.secret as string;
    };
    const byKey = async (scopes: string[] | null) => create("by-key", {}, { token: await keyOf(scopes), origin: null });
    expect((await byKey(null)).status).toBe(403);
    expect((await byKey(["deployments:view", "deployments:control"])).status).toBe(403);
    expect((await byKey(["deployments:create"])).status).toBe(201);
    await remove("by-key");
    const { host } = (await api.ask("GET", "/api/process-list/interpreters")).body;
    expect(host.interpreters).toContainEqual({ name: "node", path: expect.any(String), version: expect.any(String) });
  });

  test.for(["all", "7", "-x", "ai-desktop-backend", "default/plain"])("is refused with the id %j", async (id) => {
    const { status } = await create(id);
    expect([400, 403]).toContain(status);
    expect(await names()).not.toContain(id);
  });
});

test("without a daemon, one is started only on request, with none of the panel's environment", async () => {
  const pm2 = await testPm2();
  const api = await startApi({ pm2Home: pm2.home });
  try {
    await mkdir(join(pm2.home, "app"));
    await writeFile(join(pm2.home, "app/idle.mjs"), idle);
    const body = { script: "idle.mjs", cwd: join(pm2.home, "app") };
    const seen = await api.ask("POST", "/api/process-list/preview", { body: { name: "lone", ...body } });
    expect(seen.body.preview).toMatchObject({ daemon: { state: "absent" }, problems: [{ field: "startDaemon" }] });
    expect((await api.ask("PUT", "/api/deployments/lone", { body })).status).toBe(503);
    expect(pm2.daemonPid()).toBe(0);
    process.env.AI_DESKTOP_TEST_SECRET = "caller-secret";
    const made = await api.ask("PUT", "/api/deployments/lone", { body: { ...body, startDaemon: true } });
    expect([made.status, made.body.deployment?.status]).toEqual([201, "online"]);
    expect(readFileSync(`/proc/${pm2.daemonPid()}/environ`, "utf8")).not.toContain("caller-secret");
  } finally {
    delete process.env.AI_DESKTOP_TEST_SECRET;
    await api.close();
    await pm2.close();
  }
});
