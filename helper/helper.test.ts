import { chmod, chown, mkdir, readdir, readFile, rename, rmdir, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createHelperClient } from "../shared/helper/client.ts";
import { FileTail } from "../shared/logs/pm2/file-tail.ts";
import { createLogAccess } from "../shared/logs/pm2/log-access.ts";
import { eventually } from "../shared/testing/eventually.ts";
import { lacks } from "../shared/testing/parts.ts";
import { TEAM, type TestHelper, testHelper, users } from "./testing.ts";

/** Says its secret and its pid, listens on a free port, and counts signals. */
const APP = `
process.on("SIGUSR2", () => console.log("signal"));
require("node:net").createServer().listen(0, "127.0.0.1", function () { console.log("port", this.address().port); });
`;

/** Writes numbered lines as fast as it can, until it is stopped; the last one has their number. */
const BUSY = `
let count = 0;
const timer = setInterval(() => {
  for (let i = 0; i < 20; i++) console.log("line " + count++ + " " + "x".repeat(count % 331));
}, 5);
process.on("SIGINT", () => {
  clearInterval(timer);
  process.stdout.write("end " + count + "\\n", () => process.exit());
});
`;

const noCollapse = await lacks("collapsible-files");

describe.skipIf(await lacks("namespaces"))("the root helper among three daemons", () => {
  let helper: TestHelper;

  beforeAll(async () => {
    helper = await testHelper();
    await helper.allow({ users: ["alice", "carol"] });
    await Promise.all(
      (["alice", "bob", "root"] as const).map(async (name) => {
        const script = join(helper.folder, name, "app.cjs");
        await writeFile(script, APP);
        const app = { name: "web", script, interpreter: "/mnt/node_modules/.bin/node", env: { SECRET: `of-${name}` } };
        const config = join(helper.folder, name, "apps.config.json");
        await writeFile(config, JSON.stringify({ apps: [{ ...app, exec_mode: "fork" }] }));
        await helper.pm2(name, "start", config);
      }),
    );
  });
  afterAll(() => helper?.close());

  const rawList = async (name: "alice" | "bob" | "root") =>
    (await (await helper.link(name)).call("getMonitorData", {}, 60_000)) as {
      pid: number;
      name: string;
      pm_id: number;
      pm2_env: { restart_time: number; pm_out_log_path: string; env: Record<string, string> };
    }[];
  const app = async (name: "alice" | "bob" | "root") => {
    const [first] = await rawList(name);
    if (!first) throw new Error("no app");
    return first;
  };

  test("lists the daemons of all users, with what may be done", async () => {
    const daemons = await helper.daemons();
    const shown = daemons.map(({ user, home, canWrite, version }) => ({ user, home, canWrite, version }));
    const version = expect.stringMatching(/^\d+\.\d+/);
    expect(shown.sort((a, b) => String(a.user).localeCompare(String(b.user)))).toEqual([
      { user: "alice", home: helper.homeOf("alice"), canWrite: true, version },
      { user: "bob", home: helper.homeOf("bob"), canWrite: false, version },
      { user: "root", home: helper.homeOf("root"), canWrite: false, version },
    ]);
    expect(daemons.find(({ user }) => user === "root")?.readOnlyHint).toContain("allow --privileged root");
  });

  test("says that it is off where nobody listens", async () => {
    const client = createHelperClient({ socketPath: join(helper.folder, "none") });
    expect(await client.state()).toMatchObject({
      state: "absent",
      hint: expect.stringContaining("ai-desktop helper on"),
    });
  });

  test("works in a process that has dropped to the user, with nothing of the helper's", async () => {
    for (const name of ["alice", "bob", "root"] as const) await rawList(name);
    const statuses = await Promise.all(
      (await helper.childPids()).map(async (pid) => {
        const text = await readFile(`/proc/${pid}/status`, "utf8");
        const field = (key: string) => new RegExp(`^${key}:\\s*(.*?)\\s*$`, "m").exec(text)?.[1] ?? "";
        const environment = await readFile(`/proc/${pid}/environ`, "utf8");
        return {
          uid: field("Uid"),
          gid: field("Gid"),
          groups: field("Groups"),
          caps: field("CapEff"),
          bound: field("CapBnd"),
          nnp: field("NoNewPrivs"),
          core: /^Max core file size +(\S+) +(\S+)/m.exec(await readFile(`/proc/${pid}/limits`, "utf8"))?.slice(1),
          environment,
        };
      }),
    );
    const none = "0000000000000000";
    const ofUser = (id: number, groups: string) => ({
      uid: Array(4).fill(id).join("\t"),
      gid: Array(4).fill(id).join("\t"),
      groups,
      caps: none,
      bound: none,
      nnp: "1",
      core: ["1", "1"],
      environment: expect.not.stringContaining("HOME"),
    });
    const { alice, bob } = users;
    expect(statuses).toContainEqual(ofUser(alice, `${alice} ${TEAM}`));
    expect(statuses).toContainEqual(ofUser(bob, `${bob}`));
    expect(statuses).toContainEqual({ ...ofUser(0, "0"), caps: "0000000000080000", bound: "0000000000080000" });
  });

  test("hides the values of variables of daemons that may only be read", async () => {
    const [own, foreign] = [await app("alice"), await app("bob")];
    expect(own.pm2_env.env.SECRET).toBe("of-alice");
    expect(Object.keys(foreign.pm2_env.env)).toContain("SECRET");
    expect(JSON.stringify(foreign)).not.toContain("of-bob");
  });

  test("acts for the users of root's file only, and for root when it says so", async () => {
    const restart = async (name: "alice" | "bob" | "root") => {
      const { pm_id, pm2_env } = await app(name);
      await (await helper.link(name)).call("restartProcessId", { id: pm_id, env: {} }, 60_000);
      return (await app(name)).pm2_env.restart_time - pm2_env.restart_time;
    };
    expect(await restart("alice")).toBe(1);
    await expect(restart("bob")).rejects.toMatchObject({ code: "forbidden" });
    await expect(restart("root")).rejects.toMatchObject({ code: "forbidden" });
    await helper.allow({ users: ["alice", "root"] });
    await expect(restart("root")).rejects.toMatchObject({ code: "forbidden" });
    await helper.allow({ users: ["alice"], privileged: ["root"] });
    expect(await restart("root")).toBe(1);
    await helper.allow({ users: ["alice"] });
    expect(await helper.log()).toMatch(/"verb":"pm2.call restartProcessId","user":"bob".*"outcome":"forbidden"/);
    expect(await helper.log()).not.toContain("of-");
  });

  test("reads and empties the log files that a daemon names, and no others", async () => {
    const link = await helper.link("alice");
    const { pm_out_log_path: path, restart_time: restarts } = (await app("alice")).pm2_env;
    const text = await eventually(async () => {
      const read = Buffer.from(await link.readFile(path, 0, 1_000)).toString();
      return read.split("\n").length === restarts + 2 && read; // a line for each start
    });
    expect(text).toMatch(/^(port \d+\n)+$/);
    expect(await link.statFile(path)).toMatchObject({ size: text.length });
    for (const other of ["/etc/passwd", `${path}/../web-out.log`, (await app("bob")).pm2_env.pm_out_log_path]) {
      await expect(link.readFile(other, 0, 10)).rejects.toMatchObject({ code: "forbidden" });
    }
    expect(await link.emptyFile(path)).toBe(text.length);
    expect((await stat(path)).size).toBe(0);
    const foreign = await helper.link("bob");
    const kept = (await app("bob")).pm2_env.pm_out_log_path;
    await expect(foreign.emptyFile(kept)).rejects.toMatchObject({ code: "forbidden" });
  });

  test.skipIf(noCollapse)("rotates a log as its user, and loses no line of an app that writes all along", async () => {
    const script = join(helper.folder, "alice/busy.cjs");
    await writeFile(script, BUSY);
    const config = join(helper.folder, "alice/busy.config.json");
    const node = { interpreter: "/mnt/node_modules/.bin/node", exec_mode: "fork" };
    // It counts its lines when it is stopped: PM2 must not kill it before that.
    const options = { name: "busy", script, ...node, kill_timeout: 300_000 };
    await writeFile(config, JSON.stringify({ apps: [options] }));
    await helper.pm2("alice", "start", config);
    const found = (await rawList("alice")).find(({ name }) => name === "busy");
    const path = found?.pm2_env.pm_out_log_path ?? "";
    const link = await helper.link("alice");
    await eventually(async () => (await stat(path)).size > 0);
    await chown(path, users.alice, TEAM);
    await chmod(path, 0o640);
    expect(await link.canRotate(path)).toBe(true);
    // A reader follows it through the helper.
    const seen: string[] = [];
    const tail = new FileTail(createLogAccess(link), path, undefined, {
      onLines: (lines) => void seen.push(...lines.map(({ text }) => text)),
      onLost: (reason) => void seen.push(reason),
    });
    await tail.catchUp();
    for (let round = 0; round < 3; round++) {
      await eventually(async () => (await stat(path)).size > 150_000);
      expect(await link.rotateFile(path, { kept: 5, compress: true, mayLose: false })).toBeGreaterThan(70_000);
      await tail.catchUp();
    }
    await link.call("stopProcessId", found?.pm_id, 60_000);
    const count = await eventually(async () => /^end (\d+)$/m.exec(await readFile(path, "utf8"))?.[1] ?? false);
    const names = [`${path}.3.gz`, `${path}.2.gz`, `${path}.1`, path];
    const texts = await Promise.all(
      names.map(async (name) => {
        const { uid, gid, mode } = await stat(name);
        expect([uid, gid, mode & 0o777]).toEqual([users.alice, TEAM, 0o640]);
        const bytes = await readFile(name);
        return (name.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString();
      }),
    );
    await tail.catchUp();
    await tail.close();
    const lines = Array.from({ length: Number(count) }, (_, index) => `line ${index}`);
    for (const text of [texts.join(""), seen.join("")]) expect(text.match(/^line \d+/gm)).toEqual(lines);
    expect(seen.filter((line) => !/^line |^end |^ *\t\t\n$/.test(line))).toEqual([]);
    const rest = (await readdir(dirname(path))).filter((name) => /rotating|partial/.test(name));
    expect(rest).toEqual([]);
    // The newest rotated file can be read, so that a reader goes on where it was.
    expect(Buffer.from(await link.readFile(`${path}.1`, 0, 500)).toString()).toBe(texts[2]?.slice(0, 500));
    await expect(link.readFile(`${path}.old`, 0, 5)).rejects.toMatchObject({ code: "forbidden" });
    await expect(link.emptyFile(`${path}.1`)).rejects.toMatchObject({ code: "forbidden" });
    const bob = (await app("bob")).pm2_env.pm_out_log_path;
    const refused = (await helper.link("bob")).rotateFile(bob, { kept: 1, compress: false, mayLose: true });
    await expect(refused).rejects.toMatchObject({ code: "forbidden" });
    expect(await helper.log()).toContain(
      `"verb":"file.rotate","user":"alice","target":"${helper.homeOf("alice")} ${path}","outcome":"ok"`,
    );
    expect(await helper.log()).toMatch(/"verb":"file.rotate","user":"bob".*"outcome":"forbidden"/);
    await link.call("deleteProcessId", found?.pm_id, 60_000);
  });

  test("saves a list as its user, and not for a user it may only read", async () => {
    const link = await helper.link("alice");
    expect(await link.readSaved()).toBeNull();
    await link.writeSaved(JSON.stringify([{ name: "web", env: { SECRET: "s" } }]));
    const file = await stat(join(helper.homeOf("alice"), "dump.pm2"));
    expect({ uid: file.uid, mode: file.mode & 0o777 }).toEqual({ uid: users.alice, mode: 0o600 });
    const saved = await link.readSaved();
    expect(JSON.parse(Buffer.from(saved?.bytes ?? []).toString())).toMatchObject([{ env: { SECRET: "s" } }]);
    await expect(link.writeSaved("{}")).rejects.toMatchObject({ code: "invalid_input" });
    await expect((await helper.link("bob")).writeSaved("[{}]")).rejects.toMatchObject({ code: "forbidden" });
  });

  test("tells the ports of each user's apps, and only of the daemon's own", async () => {
    for (const name of ["alice", "bob", "root"] as const) {
      const { pid } = await app(name);
      const link = await helper.link(name);
      const ports = await eventually(async () => (await link.listeningPorts([pid])) ?? false);
      expect(ports).toEqual([{ address: "127.0.0.1", port: expect.any(Number) }]);
    }
    const link = await helper.link("alice");
    expect(await link.listeningPorts([(await app("bob")).pid])).toBeNull();
    // No app in cluster mode, for which the daemon itself would listen.
    expect(await link.daemonPorts?.()).toEqual([]);
  });

  test("signals processes of the daemon alone", async () => {
    const link = await helper.link("alice");
    const { pid, pm2_env } = await app("alice");
    await link.sendSignal(pid, "SIGUSR2");
    await eventually(async () => (await readFile(pm2_env.pm_out_log_path, "utf8")).includes("signal"));
    for (const other of [(await app("bob")).pid, process.pid]) {
      await expect(link.sendSignal(other, "SIGUSR2")).rejects.toMatchObject({ code: "not_supported" });
    }
    const foreign = await helper.link("bob");
    await expect(foreign.sendSignal((await app("bob")).pid, "SIGUSR2")).rejects.toMatchObject({ code: "forbidden" });
  });

  test("lets the panel's user see and control the apps of all daemons as its own", async () => {
    const root = "/mnt/shared";
    for (const pid of await helper.childPids()) process.kill(pid, "SIGKILL");
    const program = `
      const { createProcesses } = await import("${root}/pm2/daemons.ts");
      const { createHelperClient } = await import("${root}/helper/client.ts");
      const { createHelperBridge } = await import("${root}/helper/bridge.ts");
      const client = createHelperClient({ socketPath: ${JSON.stringify(helper.socketPath)} });
      const shown = ${JSON.stringify(["alice", "bob", "root"].map(helper.homeOf))};
      const processes = createProcesses({ pm2Home: "${helper.homeOf("panel")}", shown, bridge: createHelperBridge(client) });
      // The first reading starts the processes of the users, and waits for them within its limit.
      let { daemons, deployments } = await processes.survey();
      while (deployments.length < 3) ({ daemons, deployments } = await processes.survey());
      const [alice, bob] = ["alice", "bob"].map((user) => deployments.find(({ id }) => id.includes(user))?.id);
      await processes.act(alice, "restart");
      const refused = await processes.act(bob, "restart").catch(({ code }) => code);
      const files = await processes.logFiles(bob);
      console.log(JSON.stringify({ states: daemons.map(({ user, state, readOnly }) => [user, state, readOnly !== null]), count: deployments.length, refused, out: files[0].out }));
      client.close();`;
    const words = await helper.inProject("panel", "--input-type=module", "-e", program);
    const seen = JSON.parse(words) as { states: unknown[]; count: number; refused: string; out: string };
    expect(seen.states.slice(1)).toEqual(
      expect.arrayContaining([
        [expect.any(String), "up", false],
        [expect.any(String), "up", true],
        ["root", "up", true],
      ]),
    );
    expect({ count: seen.count, refused: seen.refused }).toEqual({ count: 3, refused: "forbidden" });
    expect(seen.out).toBe((await app("bob")).pm2_env.pm_out_log_path);
  });

  test("changes nothing while its log cannot be written, and continues in a new file when it is renamed", async () => {
    const link = await helper.link("alice");
    const { logFile } = helper;
    helper.closeStderr();
    await rename(logFile, `${logFile}.old`);
    await mkdir(logFile);
    const path = (await app("alice")).pm2_env.pm_out_log_path;
    const size = (await stat(path)).size;
    expect(size).toBeGreaterThan(0);
    // Reading goes on; what is noted meanwhile is not lost.
    await expect(link.readFile("/etc/passwd", 0, 10)).rejects.toMatchObject({ code: "forbidden" });
    await expect(link.emptyFile(path)).rejects.toMatchObject({ code: "storage_full" });
    // Its app may write on.
    expect((await stat(path)).size).toBeGreaterThanOrEqual(size);
    await rmdir(logFile);
    await link.emptyFile(path);
    const outcomes = (await helper.log()).matchAll(/"verb":"(file\.\w+)".*"outcome":"(\w+)"/g);
    const changes = [...outcomes].filter(([, verb]) => verb === "file.truncate").map(([, , outcome]) => outcome);
    expect(changes).toEqual(["storage_full", "ok"]);
    expect((await stat(logFile)).mode & 0o777).toBe(0o600);
  });

  test("follows the events of a daemon without its variables", async () => {
    const link = await helper.link("alice");
    const events: string[] = [];
    const states: boolean[] = [];
    const stop = new AbortController();
    const onMessage = (topic: string, data: Buffer | undefined) => events.push(`${topic} ${data?.toString()}`);
    link.followBus({ onMessage, onState: (up) => states.push(up) }, stop.signal);
    await eventually(() => states.includes(true));
    await link.call("restartProcessId", { id: (await app("alice")).pm_id, env: {} }, 60_000);
    await eventually(() => events.some((event) => event.startsWith("process:event j:") && event.includes('"online"')));
    stop.abort();
    expect(events.join()).not.toContain("of-alice");
  });
});
