import { existsSync, readFileSync, statSync } from "node:fs";
import { appendFile, chmod, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isSuspended } from "../../shared/pm2/daemon-readings.ts";
import type { Deployment } from "../../shared/protocol/deployment.ts";
import type { Pm2Daemon } from "../../shared/protocol/pm2-daemon.ts";
import { eventually } from "../../shared/testing/eventually.ts";
import { lacks } from "../../shared/testing/parts.ts";
import { type TestPm2, testPm2 } from "../../shared/testing/pm2.ts";
import { tempFolder } from "../../shared/testing/temp-folder.ts";
import { startApi, type TestApi } from "../testing/api-server.ts";

const source = "console.log('up'); setInterval(() => undefined, 1000);";
const noCollapse = await lacks("collapsible-files");
/** A user without an account, and one with: in Debian, www-data. */
const UIDS = [4_001, 33] as const;

describe.skipIf(await lacks("other-users"))("PM2 daemons of three users", () => {
  const daemons: TestPm2[] = [];
  let api: TestApi;
  beforeAll(async () => {
    daemons.push(...(await Promise.all([undefined, ...UIDS].map((uid) => testPm2({ uid })))));
    await Promise.all(daemons.map((pm2) => pm2.start({ name: "worker", source })));
    const [own, nobody] = daemons as [TestPm2, TestPm2, TestPm2];
    await nobody.start({ name: "web", source, instances: 1, fields: { exec_mode: "cluster" } });
    await nobody.start({ name: "api: ü/%", namespaces: ["shop"], source });
    const PM2_DAEMONS = daemons.map(({ home }) => home).join(",");
    api = await startApi({ pm2Home: own.home, env: { PM2_DAEMONS } });
  });
  afterAll(async () => {
    await api?.close();
    await Promise.all(daemons.map((pm2) => pm2.close()));
  });

  const keyOf = (user: string, { home }: TestPm2) => `${user}@${home.replaceAll("/", "%2F")}`;
  const keys = () => [keyOf("#4001", daemons[1] as TestPm2), keyOf("www-data", daemons[2] as TestPm2)] as const;
  const at = (id: string) => `/api/deployments/${encodeURIComponent(id)}`;
  const one = async (id: string): Promise<Deployment> => (await api.ask("GET", at(id))).body.deployment;

  /** On a busy machine a daemon may be late, and is down for that reading. */
  const list = (cookie?: string) =>
    eventually(async () => {
      const { body, text } = await api.ask("GET", "/api/deployments", cookie ? { cookie } : {});
      return body.daemons.every(({ state }: Pm2Daemon) => state === "up") && { body, text };
    });

  test("are listed with their users, and their apps by ids that name the daemon", async () => {
    const { body } = await list();
    const [first, second] = keys();
    expect(body.daemon).toEqual({ state: "up" });
    expect(body.daemons).toMatchObject([
      { key: "", user: "root", state: "up", processes: 1 },
      { key: first, user: "#4001", home: daemons[1]?.home, state: "up", processes: 3, readOnly: null },
      { key: second, user: "www-data", home: daemons[2]?.home, state: "up", processes: 1 },
    ]);
    expect(body.daemons[1].version).toMatch(/^\d+\./);
    const ids = (body.deployments as Deployment[]).map(({ id, user }) => [id, user]);
    expect(ids).toEqual([
      ["worker", "root"],
      [`${first}:worker`, "#4001"],
      [`${first}:web`, "#4001"],
      [`${first}:shop/api%3A ü%2F%25`, "#4001"],
      [`${second}:worker`, "www-data"],
    ]);
    expect(await one(`${first}:shop/api%3A ü%2F%25`)).toMatchObject({ name: "api: ü/%", namespace: "shop" });
    expect((await api.ask("GET", at("nobody:worker"))).status).toBe(404);
  });

  test("take every action on their apps, and no other daemon does", async () => {
    const [first] = keys();
    const id = `${first}:worker`;
    for (const [action, expected] of [
      ["stop", "stopped"],
      ["start", "online"],
      ["restart", "online"],
      ["reload", "online"],
      ["reset", "online"],
    ]) {
      const { status, body } = await api.ask("POST", `${at(id)}/${action}`);
      expect([action, status, body.deployment?.status]).toEqual([action, 200, expected]);
    }
    const change = { deploymentId: id, pm2Name: "worker", action: "stop", timestamp: expect.any(String) };
    expect(api.emitted).toContainEqual({ namespace: "deployments", event: "deployments:changed", data: change });
    const web = `${first}:web`;
    expect((await api.ask("POST", `${at(web)}/scale`, { body: { instances: 2 } })).status).toBe(200);
    expect((await one(web)).instances).toHaveLength(2);
    const pid = (await one(id)).instances[0]?.pid;
    const signalled = await api.ask("POST", `${at(id)}/signal`, { body: { signal: "SIGTERM" } });
    expect([signalled.status, signalled.text]).toEqual([200, expect.any(String)]);
    await eventually(async () => {
      const [instance] = (await one(id)).instances;
      return instance?.pid !== null && instance?.pid !== pid;
    });
    expect((await api.ask("POST", `${at(id)}/flush`)).body.bytes).toBeGreaterThan(0);
    const { details } = (await api.ask("GET", `${at(id)}/details`)).body;
    expect(details).toMatchObject({ interpreter: "node", ports: [], logBytes: expect.any(Number) });
    await api.deps.stats.collect();
    expect((await api.ask("GET", `${at(id)}/history?range=7d`)).body.history.memory.at(-1)).toBeGreaterThan(0);

    expect((await api.ask("DELETE", at(id))).status).toBe(200);
    expect((await api.ask("GET", at(id))).status).toBe(404);
    const { entries } = (await api.ask("GET", "/api/activity")).body;
    const removal = entries.find(({ action }: { action: string }) => action === "deployment:remove");
    expect(removal).toMatchObject({ target: id, undoable: true });
    expect((await api.ask("POST", `/api/activity/${removal.id}/undo`)).status).toBe(202);
    await eventually(async () => (await one(id))?.status === "online");
    for (const other of ["worker", `${keys()[1]}:worker`]) {
      expect((await one(other)).instances).toMatchObject([{ restarts: 0, status: "online" }]);
    }
  });

  test.skipIf(noCollapse)("have their logs rotated by the panel, as files of their users", async () => {
    const [first] = keys();
    const id = `${first}:worker`;
    const log = join(daemons[1]?.home ?? "", "logs/worker-out.log");
    const setting = { maxBytes: 10 * 1024 * 1024, kept: 2, compress: true, mayLose: false };
    const lines = Array.from({ length: 2_000 }, (_, index) => `line ${index}`);
    await appendFile(log, `${lines.join("\n")}\n`);
    await chmod(log, 0o640);
    const limited = await api.loginAs("operator", { deployments: ["www-data:*"] });
    for (const cookie of [limited, undefined]) {
      const { status } = await api.ask("PUT", `${at(id)}/rotation`, {
        body: { setting },
        ...(cookie ? { cookie } : {}),
      });
      expect(status).toBe(cookie ? 403 : 200);
    }
    const { status, body } = await api.ask("POST", `${at(id)}/rotate`);
    expect([status, body.bytes]).toEqual([200, expect.any(Number)]);
    expect(body.bytes).toBeGreaterThan(8_000);
    const { uid, gid, mode } = statSync(`${log}.1`);
    expect([uid, gid, mode & 0o777]).toEqual([4_001, 4_001, 0o640]);
    const text = readFileSync(`${log}.1`, "utf8") + readFileSync(log, "utf8");
    expect(text.match(/^line \d+$/gm)).toEqual(lines);
    const { entries } = (await api.ask("GET", "/api/activity")).body;
    const actions = entries.filter(({ target }: { target: string }) => target === id);
    expect(actions.map(({ action }: { action: string }) => action)).toEqual(
      expect.arrayContaining(["deployment:rotate", "deployment:rotation"]),
    );
  });

  test("are seen by those whose scope has all apps of the user, and by nobody else with a scope", async () => {
    const [first, second] = keys();
    const cookie = await api.loginAs("operator", { deployments: ["www-data:*"] });
    const { body, text } = await list(cookie);
    expect(body.deployments.map(({ id }: Deployment) => id)).toEqual([`${second}:worker`]);
    expect(body.daemons.map(({ key, home }: Pm2Daemon) => [key, home])).toEqual([[second, null]]);
    expect(text).not.toContain("#4001");
    expect((await api.ask("POST", `${at(`${second}:worker`)}/restart`, { cookie })).status).toBe(200);
    for (const id of ["worker", `${first}:worker`]) {
      expect((await api.ask("GET", at(id), { cookie })).status).toBe(403);
      expect((await api.ask("POST", `${at(id)}/stop`, { cookie })).status).toBe(403);
    }
    const saved = `/api/process-list?daemon=${encodeURIComponent(first)}`;
    expect((await api.ask("GET", saved, { cookie })).status).toBe(403);
    const own = await api.loginAs("operator", { deployments: ["worker"] });
    const limited = (await list(own)).body;
    expect(limited.daemons.map(({ key }: Pm2Daemon) => key)).toEqual([""]);
  });

  test("start what is created for them as their own user, with nothing of the panel's environment", async () => {
    const daemon = keys()[1];
    const body = { script: "/bin/sleep", args: ["1000000"], cwd: "/" };
    const asked = await api.ask("POST", "/api/process-list/preview", { body: { name: "made", daemon, ...body } });
    expect(asked.body.preview).toMatchObject({ id: `${daemon}:made`, argv: ["/bin/sleep", "1000000"], problems: [] });
    const made = await api.ask("PUT", at(`${daemon}:made`), { body });
    expect([made.status, made.body.deployment?.status]).toEqual([201, "online"]);
    const pid = made.body.deployment.instances[0].pid;
    expect(await readFile(`/proc/${pid}/status`, "utf8")).toMatch(/^Uid:\t33\t33\t33\t33$/m);
    const environment = await readFile(`/proc/${pid}/environ`, "utf8");
    expect(environment).toContain("USER=www-data");
    expect(environment).not.toContain("HOME=/root");
    for (const other of ["made", `${keys()[0]}:made`]) expect((await api.ask("GET", at(other))).status).toBe(404);
    expect((await api.ask("DELETE", at(`${daemon}:made`))).status).toBe(200);
  });

  test("save their list each, when asked, as their own user", async () => {
    const [, second] = keys();
    const home = daemons[2]?.home ?? "";
    const path = `/api/process-list?daemon=${encodeURIComponent(second)}`;
    const { list } = (await api.ask("GET", path)).body;
    expect(list).toMatchObject({ saved: { state: "absent" }, apps: [{ id: `${second}:worker`, state: "unsaved" }] });
    const body = { daemon: second, revision: list.revision };
    expect((await api.ask("POST", "/api/process-list/save", { body })).body.list.apps).toMatchObject([
      { state: "saved" },
    ]);
    const dump = join(home, "dump.pm2");
    expect(statSync(dump)).toMatchObject({ uid: 33, gid: 33 });
    expect(statSync(dump).mode & 0o777).toBe(0o600);
    expect(JSON.parse(await readFile(dump, "utf8"))).toMatchObject([{ name: "worker" }]);
    for (const other of daemons.slice(0, 2)) expect(existsSync(join(other.home, "dump.pm2"))).toBe(false);
    // PM2 itself takes it for what it would write.
    await daemons[2]?.command("save");
    expect((await api.ask("GET", path)).body.list.apps).toMatchObject([{ state: "saved" }]);
  });

  test("cannot make the panel read or empty a file of another user", async () => {
    const [first] = keys();
    const folder = await tempFolder("logs");
    await chmod(folder.path, 0o755);
    const secret = join(folder.path, "secret.log");
    await writeFile(secret, "of root\n");
    await chmod(secret, 0o666);
    await daemons[1]?.start({ name: "thief", source, fields: { out_file: secret, error_file: "/dev/null" } });
    const id = `${first}:thief`;
    expect((await api.ask("GET", `${at(id)}/details`)).body.details.logBytes).toBeNull();
    expect((await api.ask("POST", `${at(id)}/flush`)).status).toBe(403);
    expect(await readFile(secret, "utf8")).toMatch(/^of root/);
    await api.ask("DELETE", at(id));
    await folder.remove();
  });

  test("that are suspended are down, hold up nothing of the others, and come back by themselves", async () => {
    const [first, second] = keys();
    const pid = daemons[1]?.daemonPid() ?? 0;
    process.kill(pid, "SIGSTOP");
    try {
      await eventually(() => isSuspended(pid));
      const { body } = await api.ask("GET", "/api/deployments");
      expect(body.daemons).toMatchObject([
        { key: "", state: "up" },
        { key: first, state: "down", processes: null, hint: expect.stringContaining(`kill -CONT ${pid}`) },
        { key: second, state: "up" },
      ]);
      const ids = (body.deployments as Deployment[]).map(({ id }) => id);
      expect([ids.includes("worker"), ids.some((id) => id.startsWith(first))]).toEqual([true, false]);
      const { isUnknown } = await api.deps.processes.survey();
      expect([`${first}:worker`, `${second}:worker`, "worker"].map(isUnknown)).toEqual([true, false, false]);
      // The second call of those that wait is refused at once.
      for (let count = 0; count < 2; count++) {
        expect((await api.ask("POST", `${at(`${first}:worker`)}/restart`)).status).toBe(503);
      }
      expect((await api.ask("POST", `${at(`${second}:worker`)}/restart`)).status).toBe(200);
      const known = [`${second}:worker`, "worker"];
      expect([...(await api.deps.processes.allLogFiles()).keys()].sort()).toEqual(known.toSorted());
      const all = new Set([`${first}:worker`, ...known]);
      expect([...(await api.deps.processes.ports(all)).keys()].sort()).toEqual(known.toSorted());
    } finally {
      process.kill(pid, "SIGCONT");
    }
    await list();
    expect(await one(`${first}:worker`)).toMatchObject({ status: "online" });
  });

  test("that end are absent, their apps are unknown, and the others stay as they are", async () => {
    const [first, second] = keys();
    await daemons[1]?.killDaemon();
    const daemonOf = async (key: string): Promise<Pm2Daemon | undefined> =>
      (await api.ask("GET", "/api/deployments")).body.daemons.find((daemon: Pm2Daemon) => daemon.key === key);
    await eventually(async () => {
      const daemon = await daemonOf(first);
      return (daemon?.state === "absent" || daemon?.state === "down") && daemon.processes === null && daemon.hint;
    });
    const { status, body } = await api.ask("GET", at(`${first}:worker`));
    expect([status, body.code]).toEqual([503, "upstream_unavailable"]);
    await eventually(async () => (await daemonOf(second))?.state === "up");
    await eventually(async () => {
      const { isUnknown } = await api.deps.processes.survey();
      expect([`${first}:worker`, `${second}:worker`, "worker"].map(isUnknown)).toEqual([true, false, false]);
    });
    expect(daemons[1] && existsSync(`/proc/${daemons[1].daemonPid()}`)).toBe(false);
    await daemons[1]?.start({ name: "worker", source });
    await eventually(async () => (await daemonOf(first))?.state === "up");
    expect(await one(`${first}:worker`)).toMatchObject({ status: "online" });
  });
});
