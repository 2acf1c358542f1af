import { execFile } from "node:child_process";
import { readFileSync, statSync } from "node:fs";
import { chmod, chown, lchown, link, mkdir, readdir, readFile, rename, rm, symlink, writeFile } from "node:fs/promises";
import { connect, createServer, type Socket } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { createHelperClient } from "../shared/helper/client.ts";
import { encodeFrame } from "../shared/helper/frames.ts";
import { HELPER_VERSION } from "../shared/helper/protocol.ts";
import { listeningPorts } from "../shared/pm2/listening-ports.ts";
import { eventually } from "../shared/testing/eventually.ts";
import { lacks } from "../shared/testing/parts.ts";
import { findChangeable } from "./root-owned.ts";
import { accountsWithout, allAccounts, type TestHelper, testHelper, users } from "./testing.ts";

const SECRET = "only root reads this";

const run = promisify(execFile);

/** Leaves a socket at a path. */
async function bindSocket(path: string): Promise<void> {
  const server = createServer().listen(path);
  await new Promise((resolve) => server.once("listening", resolve));
  // `close` would remove it.
  await rename(path, `${path}.kept`);
  await new Promise((resolve) => server.close(resolve));
  await rename(`${path}.kept`, path);
}

describe.skipIf(await lacks("namespaces"))("the root helper among hostile users", () => {
  let helper: TestHelper;
  let secret: string;

  beforeAll(async () => {
    helper = await testHelper();
    await helper.allow({ users: ["alice", "carol"] });
    secret = join(helper.folder, "root/secret.log");
    await writeFile(secret, SECRET, { mode: 0o600 });
  });
  afterAll(() => helper?.close());

  /** Starts a daemon of a user that names log files of its choice. */
  const fake = async (
    name: keyof typeof users | "root",
    logs: string[],
    options: { title?: string; mode?: string; home?: string; rights?: string[] } = {},
  ) => {
    const uid = name === "root" ? 0 : users[name];
    const home = options.home ?? helper.homeOf(name);
    const list = logs.map((path, index) => ({
      pid: 0,
      pm2_env: { pm_id: index, name: `app${index}`, status: "online", pm_out_log_path: path },
    }));
    await writeFile(join(home, "list.json"), JSON.stringify(list));
    const title = options.title ?? `PM2 v9.9.9: God Daemon (${home})`;
    const program = [join(helper.folder, "app/node"), join(helper.folder, "app/shared/testing/peers/pm2-daemon.ts")];
    const command = [...program, title, home, ...(options.mode ? [options.mode] : [])];
    const asUser = ["/usr/bin/setpriv", `--reuid=${uid}`, `--regid=${uid}`, ...(options.rights ?? []), "--"];
    const child = options.rights ? helper.spawnAs(0, [...asUser, ...command]) : helper.spawnAs(uid, command);
    let output = "";
    child.stdout?.on("data", (text: Buffer) => {
      output += text;
    });
    await eventually(() => output.startsWith("up"));
    await eventually(async () => (await helper.daemons()).some((daemon) => daemon.uid === uid));
    const end = async () => {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGKILL");
      await ended;
    };
    return { home, end, output: () => output };
  };
  /** Ends the helper's processes for users, and waits until it knows. */
  const endChildren = async () => {
    for (const pid of await helper.childPids()) process.kill(pid, "SIGKILL");
    await eventually(async () => (await helper.childPids()).length === 0);
  };
  const refused = (code: string) => expect.objectContaining({ code });

  test("shows no file that a daemon's user could not read, by path, link or exchange", async () => {
    const log = join(helper.folder, "alice/out.log");
    await writeFile(log, "hers");
    await chown(log, users.alice, users.alice);
    const daemon = await fake("alice", [secret, log, "/etc/shadow", "/dev/zero"]);
    const link = await helper.link("alice");
    expect(Buffer.from(await link.readFile(log, 0, 100)).toString()).toBe("hers");
    await expect(link.readFile(secret, 0, 100)).rejects.toEqual(refused("forbidden"));
    await expect(link.readFile("/etc/shadow", 0, 100)).rejects.toEqual(refused("forbidden"));
    await expect(link.readFile("/dev/zero", 0, 100)).rejects.toEqual(refused("not_supported"));
    await expect(link.emptyFile(secret)).rejects.toEqual(refused("forbidden"));
    await rm(log);
    await symlink(secret, log);
    await expect(link.readFile(log, 0, 100)).rejects.toEqual(refused("forbidden"));
    await rm(log);
    await symlink(log, log);
    await expect(link.readFile(log, 0, 100)).rejects.toEqual(refused("forbidden"));
    await daemon.end();
  });

  test.each([
    ["a pipe", (path: string) => run("mkfifo", [path])],
    ["a device", (path: string) => run("mknod", [path, "c", "1", "3"])],
    ["a socket", (path: string) => bindSocket(path)],
    ["a folder", (path: string) => mkdir(path)],
  ])("does not wait at %s in place of a log or a saved list, and changes none", async (what, make) => {
    const logs = ["odd.log", "plain.log"].map((name) => join(helper.folder, "alice", name)) as [string, string];
    const dump = join(helper.homeOf("alice"), "dump.pm2");
    const daemon = await fake("alice", logs);
    const link = await helper.link("alice");
    const [odd, plain] = logs;
    await writeFile(plain, "x\n".repeat(10_000));
    const odds = [odd, `${plain}.1`, `${plain}.2`, `${plain}.rotating`, dump];
    for (const path of odds) await make(path);
    for (const path of [...odds, plain]) await lchown(path, users.alice, users.alice);
    const rotation = { kept: 2, compress: true, mayLose: true };
    const calls = [
      link.statFile(odd),
      link.readFile(odd, 0, 10),
      link.emptyFile(odd),
      link.rotateFile(odd, rotation),
      link.statFile(`${plain}.1`),
      link.readFile(`${plain}.1`, 0, 10),
      link.readSaved(),
      link.writeSaved('[{"name":"a"}]'),
    ];
    const outcomes = await Promise.allSettled(calls);
    expect(outcomes).toEqual(calls.map(() => ({ status: "rejected", reason: refused("not_supported") })));
    const moved = link.rotateFile(plain, rotation);
    // A folder is not replaced.
    if (what === "a folder") await expect(moved).rejects.toEqual(refused("conflict"));
    else expect(await moved).toBeGreaterThan(0);
    for (const path of [...odds, plain, `${plain}.3`]) await rm(path, { recursive: true, force: true });
    await daemon.end();
  });

  test("answers fifty calls at once for one user", async () => {
    const daemon = await fake("bob", []);
    const link = await helper.link("bob");
    const answers = await Promise.all(Array.from({ length: 50 }, () => link.call("ping", {}, 60_000)));
    expect(answers).toHaveLength(50);
    await daemon.end();
  });

  test("ends the connection of a client that reads nothing, and serves others for the same user", async () => {
    const log = join(helper.folder, "bob/long.log");
    await writeFile(log, Buffer.alloc(1024 * 1024, 0x61));
    await chown(log, users.bob, users.bob);
    const daemon = await fake("bob", [log]);
    const silent = connect(helper.socketPath);
    silent.on("error", () => undefined);
    silent.write(encodeFrame({ type: "hello", version: HELPER_VERSION }));
    const input = { daemon: { uid: users.bob, home: daemon.home }, path: log, offset: 0, length: 1024 * 1024 };
    for (let id = 1; id <= 10; id++) silent.write(encodeFrame({ type: "call", id, verb: "file.read", input }));
    const link = await helper.link("bob");
    expect(await link.readFile(log, 0, 1024 * 1024)).toHaveLength(1024 * 1024);
    // What was sent before can still be read.
    await new Promise((resolve) => silent.once("close", resolve).resume());
    await rm(log);
    await daemon.end();
  });

  test("ends what runs for a user who is removed meanwhile", async () => {
    const daemon = await fake("alice", [], { mode: "silent" });
    const link = await helper.link("alice");
    const running = link.call("stopProcessId", 0, 60_000).catch((error: unknown) => error);
    await eventually(() => daemon.output().includes("stopProcessId"));
    await helper.setAccounts(accountsWithout("alice"));
    await expect(link.call("stopProcessId", 0, 60_000)).rejects.toEqual(refused("forbidden"));
    await expect(link.readSaved()).resolves.toBeNull();
    expect(await running).toEqual(refused("upstream_unavailable"));
    await helper.setAccounts(allAccounts);
    await daemon.end();
  });

  test("shows no file of root through a folder of another user into which root's daemon logs", async () => {
    const folder = join(helper.folder, "bob/logs");
    await mkdir(folder);
    await chown(folder, users.bob, users.bob);
    const log = join(folder, "root.log");
    await writeFile(log, "of the app");
    const daemon = await fake("root", [log]);
    const link = await helper.link("root");
    expect(Buffer.from(await link.readFile(log, 0, 100)).toString()).toBe("of the app");
    // Bob owns the folder: he exchanges the file for a link and back, as fast as he can.
    const exchange = `
      const { renameSync, symlinkSync } = require("node:fs");
      const [log, secret] = process.argv.slice(1);
      symlinkSync(secret, log + ".link");
      process.stdout.write("up");
      for (;;) { renameSync(log, log + ".kept"); renameSync(log + ".link", log); renameSync(log, log + ".link"); renameSync(log + ".kept", log); }`;
    const bob = helper.spawnAs(users.bob, [join(helper.folder, "app/node"), "-e", exchange, log, secret]);
    await new Promise((resolve) => bob.stdout?.once("data", resolve));
    const answers = new Set<string>();
    // On a busy machine Bob may not run for a while: until a read has met the link.
    for (let count = 0; count < 100 || !answers.has("forbidden"); count++) {
      const answer = await link.readFile(log, 0, 100).catch((error: { code: string }) => Buffer.from(error.code));
      answers.add(Buffer.from(answer).toString());
    }
    const ended = new Promise((resolve) => bob.once("exit", resolve));
    bob.kill("SIGKILL");
    await ended;
    expect(answers).toContain("forbidden");
    answers.delete("of the app");
    answers.delete("forbidden");
    answers.delete("not_found");
    expect([...answers]).toEqual([]);
    await rm(folder, { recursive: true });
    await daemon.end();
  });

  test("does not use a folder of root's daemon that others can change", async () => {
    const daemon = await fake("root", []);
    await chown(daemon.home, users.bob, users.bob);
    const link = await helper.link("root");
    await expect(link.call("ping", {}, 60_000)).rejects.toEqual(refused("forbidden"));
    await chown(daemon.home, 0, 0);
    await expect(link.call("ping", {}, 60_000)).resolves.toBeDefined();
    await daemon.end();
  });

  test("uses no PM2_HOME that another user can exchange, and follows no link of another user", async () => {
    const home = join(helper.folder, "bob/of-alice");
    await mkdir(home);
    await chown(home, users.alice, users.alice);
    const passage = join(helper.folder, "bob/passage");
    await symlink(home, passage);
    await lchown(passage, users.bob, users.bob);
    const alice = await fake("alice", [], { home });
    await expect((await helper.link("alice", home)).call("ping", {}, 60_000)).resolves.toBeDefined();
    await chown(home, users.bob, users.bob);
    await expect((await helper.link("alice", home)).call("ping", {}, 60_000)).rejects.toEqual(refused("forbidden"));
    await chown(home, users.alice, users.alice);
    const dump = join(home, "dump.pm2");
    await symlink(join(helper.folder, "alice/profile"), dump);
    await lchown(dump, users.bob, users.bob);
    await expect((await helper.link("alice", home)).writeSaved("[{}]")).rejects.toEqual(refused("forbidden"));
    await alice.end();
    const title = `PM2 v7.0.0: God Daemon (${passage})`;
    const other = await fake("alice", [], { home, title });
    await expect((await helper.link("alice", passage)).call("ping", {}, 60_000)).rejects.toEqual(refused("forbidden"));
    await other.end();
    await rm(home, { recursive: true });
  });

  test("shows and empties no file of root that has a second name in a folder of another user", async () => {
    const log = join(helper.folder, "bob/linked.log");
    await link(secret, log);
    const daemon = await fake("root", [log]);
    await helper.allow({ users: ["alice", "carol"], privileged: ["root"] });
    const root = await helper.link("root");
    await expect(root.readFile(log, 0, 100)).rejects.toEqual(refused("forbidden"));
    await expect(root.emptyFile(log)).rejects.toEqual(refused("forbidden"));
    expect(await readFile(secret, "utf8")).toBe(SECRET);
    await rm(log);
    await helper.allow({ users: ["alice", "carol"] });
    await daemon.end();
  });

  test.each([
    ["group", ["--groups=64201"], "docker"],
    ["capability", ["--clear-groups", "--inh-caps=+dac_override", "--ambient-caps=+dac_override"], "capabilities"],
  ])("acts for no daemon with a %s that makes it root in effect, whoever its user is", async (_what, rights, word) => {
    const daemon = await fake("alice", [], { rights });
    const [listed] = (await helper.daemons()).filter(({ user }) => user === "alice");
    expect(listed).toMatchObject({ canWrite: false, readOnlyHint: expect.stringContaining(word) });
    const stop = async () => (await helper.link("alice")).call("stopProcessId", 0, 60_000);
    await expect(stop()).rejects.toEqual(refused("forbidden"));
    await helper.allow({ privileged: ["alice"] });
    await expect(stop()).resolves.toBeDefined();
    await helper.allow({ users: ["alice", "carol"] });
    await daemon.end();
  });

  test("means the uid, where the name of another account is its number", async () => {
    const daemon = await fake("bob", []);
    await helper.setAccounts([`${users.bob}:x:${users.alice}:${users.alice}::/:/bin/sh`, ...allAccounts]);
    await endChildren();
    await expect((await helper.link("bob")).call("ping", {}, 60_000)).resolves.toBeDefined();
    await helper.setAccounts(allAccounts);
    await daemon.end();
  });

  test("opens no debugger in a process of a user", async () => {
    const daemon = await fake("bob", []);
    await (await helper.link("bob")).call("ping", {}, 60_000);
    for (const pid of await helper.childPids()) {
      process.kill(pid, "SIGUSR1");
      expect(readFileSync(`/proc/${pid}/cmdline`, "utf8")).toContain("--disable-sigusr1");
    }
    await eventually(async () => {
      await (await helper.link("bob")).call("ping", {}, 60_000);
      return true;
    });
    for (const pid of await helper.childPids()) expect((await listeningPorts([pid])) ?? []).toEqual([]);
    await daemon.end();
  });

  describe("when a user took over the process that works for this user", () => {
    const main = () => join(helper.folder, "app/helper/child/main.ts");
    let original: string;
    beforeAll(async () => {
      original = await readFile(main(), "utf8");
    });
    afterEach(async () => {
      await writeFile(main(), original);
      await endChildren();
    });

    /** Replaces the process by one that does something else with a call. */
    const takeOver = async (work: string) => {
      await endChildren();
      await writeFile(
        main(),
        `import { spawn } from "node:child_process";
        import { createFrameReader, encodeFrame } from "../../shared/helper/frames.ts";
        const send = (head: unknown, body?: Uint8Array) => process.stdout.write(encodeFrame(head, body));
        const work = async (id: number) => { ${work} };
        const read = createFrameReader({ head: 1e6, body: 1e7 }, ({ head }) => {
          const { type, id } = head as { type: string; id: number };
          if (type === "call") void work(id);
        });
        process.stdin.on("data", (chunk: Buffer) => read(chunk));
        send({ type: "welcome", version: ${HELPER_VERSION} });`,
      );
    };
    const flood = (topic: string, length: number) =>
      `for (;;) if (!send({ type: "part", id, topic: ${topic} }, Buffer.alloc(${length}))) await new Promise((go) => process.stdout.once("drain", go));`;

    test("ends its calls when it ends, though a process that it started keeps its pipes", async () => {
      const daemon = await fake("bob", []);
      await takeOver(
        `spawn("/bin/sleep", ["30"], { stdio: "inherit", detached: true }); process.kill(process.pid, "SIGKILL");`,
      );
      await expect((await helper.link("bob")).call("ping", {}, 60_000)).rejects.toThrow("process for this user ended");
      await writeFile(main(), original);
      await eventually(() =>
        helper
          .link("bob")
          .then((bob) => bob.call("ping", {}, 60_000))
          .then(
            () => true,
            () => false,
          ),
      );
      await daemon.end();
    });

    test.each([
      ["bytes without end", flood("undefined", 200_000), "ping", "too_large"],
      ["events as an answer", `send({ type: "part", id, topic: "x" });`, "ping", "upstream_unavailable"],
      ["an answer as events", `send({ type: "part", id });`, "bus", "upstream_unavailable"],
      ["events without end", flood('"x"', 10), "bus", "overloaded"],
    ])("ends a call that is answered with %s, and serves other users meanwhile", async (_what, work, verb, code) => {
      const [alice, bob] = [await fake("alice", []), await fake("bob", [])];
      await takeOver(work);
      const daemon = { uid: users.bob, home: bob.home };
      const call =
        verb === "bus"
          ? helper.client.follow("pm2.bus", { daemon }, () => undefined, new AbortController().signal)
          : (await helper.link("bob")).call("ping", {}, 60_000);
      await expect(call).rejects.toEqual(refused(code));
      await writeFile(main(), original);
      await expect((await helper.link("alice")).call("ping", {}, 60_000)).resolves.toBeDefined();
      await alice.end();
      await bob.end();
    });
  });

  test("speaks to no socket of another user, whatever a process calls itself", async () => {
    const alice = await fake("alice", []);
    const bob = await fake("bob", [], { title: `PM2 v7.0.0: God Daemon (${alice.home})` });
    const link = await helper.link("bob", alice.home);
    await expect(link.call("ping", {}, 60_000)).rejects.toEqual(refused("forbidden"));
    await expect(link.readSaved()).rejects.toEqual(refused("forbidden"));
    await expect((await helper.link("alice")).call("ping", {}, 60_000)).resolves.toBeDefined();
    // Its own socket gives away its folder, whatever its title says.
    const homes = (await helper.daemons()).filter(({ uid }) => uid === users.bob).map(({ home }) => home);
    expect(homes.sort()).toEqual([alice.home, bob.home]);
    await alice.end();
    await bob.end();
    await expect(link.call("ping", {}, 60_000)).rejects.toEqual(refused("not_found"));
  });

  test("writes no saved list over what the user may not write", async () => {
    const daemon = await fake("alice", []);
    const dump = join(daemon.home, "dump.pm2");
    await symlink(secret, dump);
    await expect((await helper.link("alice")).writeSaved('[{"name":"a"}]')).rejects.toEqual(refused("forbidden"));
    await expect((await helper.link("alice")).readSaved()).rejects.toEqual(refused("forbidden"));
    expect(await readFile(secret, "utf8")).toBe(SECRET);
    await rm(dump);
    await daemon.end();
  });

  test("ends what a client left open when it goes", async () => {
    const daemon = await fake("bob", []);
    const link = await helper.link("bob");
    await link.call("ping", {}, 60_000);
    const pid = (await helper.childPids()).find((child) => statSync(`/proc/${child}`).uid === users.bob);
    const openFiles = async () => (await readdir(`/proc/${pid}/fd`)).length;
    const before = await openFiles();
    const bus = createServer((socket) => socket.resume()).listen(join(daemon.home, "pub.sock"));
    await new Promise((resolve) => bus.once("listening", resolve));
    await chown(join(daemon.home, "pub.sock"), users.bob, users.bob);
    const other = createHelperClient({ socketPath: helper.socketPath });
    const never = new AbortController().signal;
    const ref = { uid: users.bob, home: daemon.home };
    const topics: string[] = [];
    const streams = Array.from({ length: 20 }, () =>
      other.follow("pm2.bus", { daemon: ref }, (topic) => topics.push(topic), never).catch(() => "over"),
    );
    await eventually(() => topics.length === 20);
    expect(await openFiles()).toBeGreaterThanOrEqual(before + 20);
    other.close();
    expect(await Promise.all(streams)).toEqual(Array(20).fill("over"));
    await eventually(async () => (await openFiles()) <= before);
    bus.close();
    await daemon.end();
  });

  test("runs no program by a search path", () => {
    expect(helper.ranOther()).toBe(false);
  });

  test("ends calls to daemons that answer nonsense or nothing", async () => {
    const nonsense = await fake("bob", [], { mode: "nonsense" });
    await expect((await helper.link("bob")).call("getMonitorData", {}, 60_000)).rejects.toEqual(
      refused("upstream_unavailable"),
    );
    await nonsense.end();
    const silent = await fake("bob", [], { mode: "silent" });
    await expect((await helper.link("bob")).call("getMonitorData", {}, 300)).rejects.toThrow();
    await expect((await helper.link("bob")).readFile("/etc/passwd", 0, 1)).rejects.toThrow();
    await silent.end();
  });

  test("starts the process of a user again that the user killed, and ends all when it is killed itself", async () => {
    const daemon = await fake("alice", []);
    const link = await helper.link("alice");
    await link.call("ping", {}, 60_000);
    const before = await helper.childPids();
    for (const pid of before) process.kill(pid, "SIGKILL");
    await eventually(async () => {
      await link.call("ping", {}, 60_000);
      return true;
    });
    const after = await helper.childPids();
    expect(after.some((pid) => !before.includes(pid))).toBe(true);
    await daemon.end();
  });

  test("acts for no privileged user who is not named as one, and for nobody who was removed", async () => {
    const carol = await fake("carol", []);
    const [listed] = (await helper.daemons()).filter(({ user }) => user === "carol");
    expect(listed).toMatchObject({ canWrite: false, readOnlyHint: expect.stringContaining("docker") });
    const stop = async (name: "carol" | "alice") => (await helper.link(name)).call("stopProcessId", 0, 60_000);
    await expect(stop("carol")).rejects.toEqual(refused("forbidden"));
    await helper.allow({ users: ["alice"], privileged: ["carol"] });
    await expect(stop("carol")).resolves.toBeDefined();
    await helper.setAccounts(accountsWithout("carol"));
    await expect(stop("carol")).rejects.toEqual(refused("forbidden"));
    // Looking is still possible, without its earlier groups.
    await (await helper.link("carol")).call("ping", {}, 60_000);
    const statuses = await Promise.all(
      (await helper.childPids()).map((pid) => readFile(`/proc/${pid}/status`, "utf8")),
    );
    const own = statuses.filter((status) => status.includes(`Uid:\t${users.carol}\t`));
    expect(own.map((status) => /^Groups:\s*$/m.test(status) && /^Gid:\t65534\t/m.test(status))).toContain(true);
    await helper.setAccounts(allAccounts);
    await helper.allow({ users: ["alice"] });
    await carol.end();
  });

  test("acts for nobody by a file that others can change or that is damaged", async () => {
    const alice = await fake("alice", []);
    const stop = async () => (await helper.link("alice")).call("stopProcessId", 0, 60_000);
    const policy = join(helper.folder, "helper.json");
    await expect(stop()).resolves.toBeDefined();
    await chmod(policy, 0o666);
    await expect(stop()).rejects.toEqual(refused("forbidden"));
    await chmod(policy, 0o644);
    await chown(policy, users.alice, 0);
    await expect(stop()).rejects.toEqual(refused("forbidden"));
    await chown(policy, 0, 0);
    for (const text of ["", "{", '{"users":"*"}', '{"everybody":true}']) {
      await writeFile(policy, text);
      await expect(stop()).rejects.toEqual(refused("forbidden"));
    }
    await rename(policy, `${policy}.old`);
    await expect(stop()).rejects.toEqual(refused("forbidden"));
    await helper.allow({ users: ["alice"] });
    await expect(stop()).resolves.toBeDefined();
    await alice.end();
  });

  describe("on its socket", () => {
    const open = async (): Promise<Socket> => {
      const socket = connect(helper.socketPath);
      socket.on("error", () => undefined);
      await new Promise((resolve, reject) => {
        socket.once("connect", resolve);
        socket.once("error", reject);
      });
      return socket;
    };
    const closed = (socket: Socket) =>
      new Promise((resolve) => (socket.destroyed ? resolve(0) : socket.once("close", resolve)));
    const hello = encodeFrame({ type: "hello", version: HELPER_VERSION });
    const prefix = (head: number, body: number) => {
      const bytes = Buffer.alloc(8);
      bytes.writeUInt32BE(head, 0);
      bytes.writeUInt32BE(body, 4);
      return bytes;
    };

    test.each([
      ["garbage", Buffer.alloc(5_000, 0xff)],
      ["a huge head", prefix(0xffff_ffff, 0)],
      ["a huge body", Buffer.concat([hello, prefix(2, 0xffff_ffff)])],
      ["a head that is no JSON", Buffer.concat([hello, prefix(3, 0), Buffer.from("{a}")])],
      ["a frame of an unknown kind", Buffer.concat([hello, encodeFrame({ type: "root", id: 1 })])],
      ["an unknown field", Buffer.concat([hello, encodeFrame({ type: "cancel", id: 1, uid: 0 })])],
      ["a call before its greeting", encodeFrame({ type: "call", id: 1, verb: "daemons.list", input: {} })],
      ["another version", encodeFrame({ type: "hello", version: 99 })],
    ])("closes the connection after %s, and serves others", async (_what, bytes) => {
      const socket = await open();
      socket.resume();
      socket.write(bytes);
      await closed(socket);
      expect(await helper.client.listDaemons()).toBeInstanceOf(Array);
    });

    test("serves others while connections pile up and frames stay half", async () => {
      expect(await helper.client.isAvailable()).toBe(true);
      const sockets = await Promise.all(Array.from({ length: 1_000 }, () => open().catch(() => undefined)));
      for (const socket of sockets) socket?.write(hello.subarray(0, 5));
      expect(await helper.client.listDaemons()).toBeInstanceOf(Array);
      for (const socket of sockets) socket?.destroy();
      const next = createHelperClient({ socketPath: helper.socketPath });
      await eventually(() => next.isAvailable());
      next.close();
    });

    test.each([
      ["__proto__", {}],
      ["constructor", {}],
      ["shell.run", { command: "id" }],
      ["daemons.list", { all: true }],
      ["file.read", { daemon: { uid: 0, home: "/root/.pm2" }, path: "relative", offset: 0, length: 1 }],
      ["file.read", { daemon: { uid: 0, home: "/root/.pm2" }, path: "/a\0b", offset: 0, length: 1 }],
      ["file.read", { daemon: { uid: 0, home: "/root/.pm2" }, path: "/a", offset: 0, length: 1e9 }],
      ["pm2.call", { daemon: { uid: 0, home: "/root/.pm2" }, method: "killMe", limitMs: 1_000 }],
      ["process.signal", { daemon: { uid: 0, home: "/root/.pm2" }, pid: 1, signal: "SIGKILL" }],
      ["process.signal", { daemon: { uid: 0, home: "/root/.pm2" }, pid: -1, signal: "SIGKILL" }],
    ])("refuses the verb %s with %j", async (verb, input) => {
      await expect(helper.client.call(verb as "daemons.list", input as Record<string, never>)).rejects.toEqual(
        refused("invalid_input"),
      );
    });

    test("finds no daemon that does not run", async () => {
      const daemon = { uid: users.bob, home: join(helper.folder, "alice/../bob/.pm2") };
      await expect(helper.client.call("saved.read", { daemon })).rejects.toEqual(refused("not_found"));
    });

    test("lets nobody but the panel's user and root connect", async () => {
      const program =
        "require('node:net').connect(process.argv[1]).on('error', (e) => console.log(e.code)).on('connect', () => { console.log('in'); process.exit(); })";
      const attempt = async (uid: number) => {
        const child = helper.spawnAs(uid, [join(helper.folder, "app/node"), "-e", program, helper.socketPath]);
        return new Promise<string>((resolve) =>
          child.stdout?.once("data", (data: Buffer) => resolve(String(data).trim())),
        );
      };
      expect(await attempt(users.bob)).toBe("EACCES");
      expect(await attempt(users.panel)).toBe("in");
    });
  });

  test("counts a file as changeable that a link of another user leads to", async () => {
    const folder = join(helper.folder, "bob/etc");
    await mkdir(folder);
    const [own, passage] = [join(helper.folder, "helper.json"), join(folder, "helper.json")];
    await symlink(own, passage);
    expect(findChangeable(own)).toBeUndefined();
    expect(findChangeable(passage)).toBe(join(helper.folder, "bob"));
    await symlink(passage, join(helper.folder, "twice"));
    expect(findChangeable(join(helper.folder, "twice"))).toBe(join(helper.folder, "bob"));
    await rm(folder, { recursive: true });
  });

  test("does not start from code that others can change", async () => {
    const file = join(helper.folder, "app/shared/pm2/amp.ts");
    await chown(file, users.bob, 0);
    const child = helper.spawnAs(0, [
      join(helper.folder, "app/node"),
      join(helper.folder, "app/helper/main.ts"),
      "--user",
      "root",
    ]);
    const words = new Promise<string>((resolve) => child.stderr?.once("data", (data: Buffer) => resolve(String(data))));
    expect(await words).toContain(file);
    await chown(file, 0, 0);
  });

  test("ends its processes with itself", async () => {
    const daemon = await fake("alice", []);
    await (await helper.link("alice")).call("ping", {}, 60_000);
    const pids = await helper.childPids();
    expect(pids.length).toBeGreaterThan(0);
    process.kill(helper.pid, "SIGKILL");
    await eventually(() => pids.every((pid) => !isAlive(pid)));
    await daemon.end();
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
