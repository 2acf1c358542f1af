import { type ChildProcess, execFile, spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { chmod, chown, cp, link, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { promisify } from "node:util";
import { createHelperClient, type HelperClient } from "../shared/helper/client.ts";
import { createHelperLink } from "../shared/helper/daemon-link.ts";
import type { HelperDaemon } from "../shared/helper/protocol.ts";
import type { DaemonLink } from "../shared/pm2/daemon-link.ts";
import { canRotateLossless } from "../shared/pm2/rotate-log.ts";
import { eventually, HANG_MS } from "../shared/testing/eventually.ts";
import { projectFolder } from "../shared/testing/service-process.ts";

const run = promisify(execFile);

/** Users that exist for the helper alone. Carol may use Docker. */
export const users = { panel: 64_100, alice: 64_101, bob: 64_102, carol: 64_103 };
export const TEAM = 64_200;
const PASSWD = [
  "root:x:0:0::/root:/bin/sh",
  ...Object.entries(users).map(([name, id]) => `${name}:x:${id}:${id}::/:/bin/sh`),
];
const GROUP = [
  "root:x:0:",
  ...Object.entries(users).map(([name, id]) => `${name}:x:${id}:`),
  `team:x:${TEAM}:alice`,
  "docker:x:64201:carol",
];

export interface TestHelper {
  /** Open to all users; each has a folder of its own in it. */
  folder: string;
  socketPath: string;
  client: HelperClient;
  pid: number;
  homeOf(name: string): string;
  /** Writes root's file. */
  allow(file: unknown): Promise<void>;
  /** Replaces the accounts that the helper sees. */
  setAccounts(passwd: readonly string[]): Promise<void>;
  logFile: string;
  log(): Promise<string>;
  /** Closes the other end of its stderr. */
  closeStderr(): void;
  link(name: keyof typeof users | "root", home?: string): Promise<DaemonLink>;
  daemons(): Promise<HelperDaemon[]>;
  /** Runs the project's Node as a user; the project lies in `/mnt`. Resolves with its stdout. */
  inProject(name: keyof typeof users | "root", ...args: string[]): Promise<string>;
  /** Runs the project's PM2 as a user. */
  pm2(name: keyof typeof users | "root", ...args: string[]): Promise<string>;
  /** Starts a program as a user; ended by `close`. */
  spawnAs(uid: number, args: readonly string[], env?: Record<string, string>): ChildProcess;
  /** Whether the helper ran a program that it found by a search path. */
  ranOther(): boolean;
  /** Pids of the helper's processes for users. */
  childPids(): Promise<number[]>;
  stop(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Starts the helper as root, from a copy that belongs to root, among accounts of its own: its `/etc/passwd` and `/etc/group`
 * are others in its mount namespace, and the machine's stay as they are.
 */
export async function testHelper(): Promise<TestHelper> {
  // Short, since paths of sockets are.
  const base = (await canRotateLossless("/tmp/x")) === true ? "/tmp" : tmpdir();
  const folder = await mkdtemp(join(base, "aid-h-"));
  await chmod(folder, 0o755);
  const app = join(folder, "app");
  const [passwd, group, policy, logFile] = ["passwd", "group", "helper.json", "log"].map((name) => join(folder, name));
  const socketPath = join(folder, "run/socket");
  const children: ChildProcess[] = [];
  const homes = ["root", ...Object.keys(users)];
  const uidOf = (name: string) => (name === "root" ? 0 : users[name as keyof typeof users]);
  const homeOf = (name: string) => join(folder, name, ".pm2");

  await copyHelper(app);
  await writeFile(passwd ?? "", `${PASSWD.join("\n")}\n`);
  await writeFile(group ?? "", `${GROUP.join("\n")}\n`);
  for (const name of homes) {
    await mkdir(homeOf(name), { recursive: true });
    for (const path of [join(folder, name), homeOf(name)]) await chown(path, uidOf(name), uidOf(name));
  }
  const inNamespace = `mount --bind "$1" /etc/passwd && mount --bind "$2" /etc/group && shift 2 && exec "$@"`;
  const main = ["--user", "panel", "--socket", socketPath, "--policy", policy ?? "", "--log", logFile ?? ""];
  // Programs of the names that the helper runs, first in its search path.
  const evil = join(folder, "evil");
  await mkdir(evil);
  for (const name of ["setpriv", "id", "getent", "node"]) {
    await writeFile(join(evil, name), `#!/bin/sh\ntouch ${join(folder, "was-run")}\n`, { mode: 0o755 });
  }
  const helper = spawn(
    "unshare",
    [
      "--mount",
      "--propagation",
      "private",
      "sh",
      "-c",
      inNamespace,
      "sh",
      passwd ?? "",
      group ?? "",
      join(app, "node"),
      join(app, "helper/main.ts"),
      ...main,
    ],
    { stdio: ["ignore", "ignore", "pipe"], env: { PATH: `${evil}:${process.env.PATH}` } },
  );
  let words = "";
  helper.stderr.on("data", (chunk: Buffer) => {
    words += chunk.toString();
  });
  const client = createHelperClient({ socketPath });
  await eventually(async () => {
    if (helper.exitCode !== null) throw new Error(words);
    return client.isAvailable();
  });

  const daemons = async () => (await client.listDaemons()).filter(({ home }) => home.startsWith(folder));
  const spawnAs: TestHelper["spawnAs"] = (uid, args, env = {}) => {
    const [program = "", ...rest] = args;
    const child = spawn(program, rest, {
      uid,
      gid: uid,
      cwd: folder,
      env: { PATH: "/usr/bin:/bin", ...env },
      stdio: ["pipe", "pipe", "pipe"],
    });
    child.stderr?.resume();
    children.push(child);
    return child;
  };
  const stop = async () => {
    client.close();
    if (helper.exitCode !== null || helper.signalCode !== null) return;
    const ended = new Promise((resolve) => helper.once("exit", resolve));
    helper.kill("SIGTERM");
    await ended;
  };
  const inProject: TestHelper["inProject"] = async (name, ...args) => {
    const id = String(uidOf(name));
    // Another user may not be able to reach the project's folder.
    const bound = `mount --bind "$1" /mnt && shift && exec setpriv --reuid=${id} --regid=${id} --clear-groups -- "$@"`;
    const program = ["/mnt/node_modules/.bin/node", ...args];
    const env = {
      PM2_HOME: homeOf(name),
      HOME: join(folder, name),
      PATH: "/usr/bin:/bin",
      PM2_DISABLE_VERSION_CHECK: "true",
    };
    const command = ["--mount", "--propagation", "private", "sh", "-c", bound, "sh", projectFolder, ...program];
    const { stdout } = await run("unshare", command, { env, cwd: join(folder, name), timeout: HANG_MS });
    return stdout;
  };
  const pm2: TestHelper["pm2"] = (name, ...args) => inProject(name, "/mnt/node_modules/pm2/bin/pm2", ...args);

  return {
    folder,
    socketPath,
    client,
    pid: helper.pid ?? 0,
    homeOf,
    daemons,
    spawnAs,
    inProject,
    pm2,
    stop,
    allow: async (file) => writeFile(policy ?? "", JSON.stringify(file)),
    setAccounts: (lines) => writeFile(passwd ?? "", `${lines.join("\n")}\n`),
    logFile: logFile ?? "",
    log: () => readFile(logFile ?? "", "utf8"),
    closeStderr: () => helper.stderr.destroy(),
    async link(name, home = homeOf(name)) {
      const found = (await daemons()).find((daemon) => daemon.uid === uidOf(name) && daemon.home === home);
      if (!found) throw new Error(`no daemon of ${name}`);
      return createHelperLink(client, found);
    },
    ranOther: () => existsSync(join(folder, "was-run")),
    async childPids() {
      const pids = (await readdir("/proc")).filter((entry) => /^\d+$/.test(entry)).map(Number);
      return pids.filter((pid) => parentOf(pid) === helper.pid);
    },
    async close() {
      await stop();
      for (const name of homes) {
        if (existsSync(join(homeOf(name), "pm2.pid"))) await pm2(name as "root", "kill").catch(() => undefined);
      }
      for (const child of children) child.kill("SIGKILL");
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

export const accountsWithout = (name: string): string[] => PASSWD.filter((line) => !line.startsWith(`${name}:`));
export const allAccounts = PASSWD;

async function copyHelper(app: string): Promise<void> {
  const plain = (source: string) => !source.endsWith(".test.ts");
  for (const part of ["helper", "shared", "package.json", "node_modules/zod", "node_modules/hono"]) {
    await cp(join(projectFolder, part), join(app, part), { recursive: true, filter: plain });
  }
  await link(process.execPath, join(app, "node")).catch(() => cp(process.execPath, join(app, "node")));
  await run("chown", ["-R", "0:0", app]);
  await run("chmod", ["-R", "u+rwX,go=rX", app]);
}

function parentOf(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
  } catch {
    return 0;
  }
}
