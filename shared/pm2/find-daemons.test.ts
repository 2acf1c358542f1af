import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import process from "node:process";
import { expect, test } from "vitest";
import { useTempFolder } from "../testing/use-temp-folder.ts";
import { createDaemonFinder } from "./find-daemons.ts";

const folder = useTempFolder("proc");

interface FakeProcess {
  title: string;
  /** Numbers of the process, one for each PID namespace. */
  pids?: string;
  started?: number;
  /** Real, effective, saved and file system user. */
  uids?: string;
}

/** A folder like `/proc`. */
async function fakeProc(processes: Record<number, FakeProcess>, sockets: readonly string[]): Promise<string> {
  const proc = join(folder.path, String(Math.random()));
  await mkdir(join(proc, "net"), { recursive: true });
  const lines = sockets.map((path, index) => `0000: 00000002 00000000 00010000 0001 01 ${index} ${path}`);
  await writeFile(join(proc, "net/unix"), ["Num RefCount Protocol Flags Type St Inode Path", ...lines].join("\n"));
  for (const [pid, { title, pids = pid, started = 1, uids = "7 7 7 7" }] of Object.entries(processes)) {
    await mkdir(join(proc, pid));
    await writeFile(join(proc, pid, "cmdline"), `${title}\0\0`);
    await writeFile(join(proc, pid, "status"), `Name:\tnode\nUid:\t${uids.replaceAll(" ", "\t")}\nNSpid:\t${pids}\n`);
    await writeFile(join(proc, pid, "stat"), `${pid} (PM2 v6) S 1 ${"0 ".repeat(17)}${started} 0`);
  }
  return proc;
}

test("daemons are found by their titles, whole or cut, and those of containers are not", async () => {
  const long = `/srv/${"customer-".repeat(6)}one/.pm2`;
  const proc = await fakeProc(
    {
      10: { title: "PM2 v5.4.3: God Daemon (/home/ada/.pm2)" },
      11: { title: "PM2 v6.0.14: God Daemon (/home/a (b)/.pm2)" },
      // The kernel keeps as many characters as the first command line had.
      12: { title: `PM2 v2.10.4: God Daemon (${long})`.slice(0, 70) },
      13: { title: "PM2 v5.4.3: God Daemon (/root/.pm2)", pids: "13\t7" },
      14: { title: "node PM2 v5.4.3: God Daemon (/home/fake/.pm2)" },
    },
    [`${long}/rpc.sock`, `${long}/pub.sock`, "/run/other.sock", "/gone/rpc.sock"],
  );
  const found = await createDaemonFinder(proc)();
  expect(found.map(({ pid, home, version }) => [pid, home, version])).toEqual([
    [11, "/home/a (b)/.pm2", "6.0.14"],
    [10, "/home/ada/.pm2", "5.4.3"],
    [12, long, "2.10.4"],
  ]);
});

test("of several daemons in one folder the newest counts, and a user has eight folders at most", async () => {
  const title = "PM2 v2.2.2: God Daemon (/home/agent/.pm2)";
  const many = Array.from({ length: 20 }, (_, index) => [100 + index, { title: title.replace("agent", `a${index}`) }]);
  const proc = await fakeProc(
    { 20: { title, started: 5 }, 21: { title, started: 9 }, 22: { title, started: 7 }, ...Object.fromEntries(many) },
    [],
  );
  const found = await createDaemonFinder(proc)();
  expect(found).toHaveLength(8);
  expect(found.find(({ home }) => home === "/home/agent/.pm2")).toMatchObject({ pid: 21, duplicates: 2 });
});

test("the status of a process tells its user, and nobody's is one with several", async () => {
  const title = "PM2 v7.0.0: God Daemon (/root/.pm2)";
  // The folders of both belong to the user of this test, as those of processes that may not be traced belong to root.
  const proc = await fakeProc(
    { 11: { title, uids: "64101 64101 64101 64101" }, 12: { title, uids: "64102 0 0 0" } },
    [],
  );
  expect((await createDaemonFinder(proc)()).map(({ uid, pid }) => [uid, pid])).toEqual([[64_101, 11]]);
});

/** Sockets that a killed daemon left behind. */
async function leaveSockets(home: string): Promise<void> {
  await mkdir(home);
  const source = `for (const name of ["rpc", "pub"]) require("node:net").createServer().listen("${home}/" + name + ".sock");
    setImmediate(() => process.kill(process.pid, "SIGKILL"));`;
  await once(spawn(process.execPath, ["-e", source]), "close");
}

test("what a forged line of the table names is listed once, and not if it has ended", async () => {
  const servers = await Promise.all(
    ["live", "hidden", "outside"].flatMap((name) =>
      ["rpc", "pub"].map(async (socket) => {
        const home = join(folder.path, name);
        await mkdir(home, { recursive: true });
        const server = createServer();
        await once(server.listen(join(home, `${socket}.sock`)), "listening");
        return server;
      }),
    ),
  );
  const at = (name: string) => join(folder.path, name);
  const [live, hidden, outside, ended, link] = [at("live"), at("hidden"), at("outside"), at("ended"), at("link")];
  await symlink(live, link);
  await leaveSockets(ended);
  await writeFile(join(hidden, "pm2.pid"), `${process.pid}`);
  // Above the highest number that Linux gives: in a container, that of a daemon outside looks like this.
  for (const home of [outside, ended]) await writeFile(join(home, "pm2.pid"), "99999999\n");
  const forged = `/tmp/x\n0000: 00000002 00000000 00010000 0001 01 77 ${link}/rpc.sock`;
  const proc = await fakeProc(
    { 10: { title: `PM2 v6.0.0: God Daemon (${live})` } },
    [live, hidden, outside, ended].map((home) => `${home}/rpc.sock`).concat(forged),
  );
  const found = await createDaemonFinder(proc)();
  expect(found.map(({ home, pid }) => [home, pid]).sort()).toEqual([
    [hidden, null],
    [live, 10],
    [outside, null],
  ]);
  await Promise.all(servers.map((server) => new Promise((done) => server.close(done))));
});
