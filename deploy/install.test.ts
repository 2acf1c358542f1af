import { execFile, spawn } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { existsSync } from "node:fs";
import {
  appendFile,
  copyFile,
  mkdir,
  readdir,
  readFile,
  readlink,
  rm,
  stat,
  symlink,
  writeFile,
} from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventually } from "../shared/testing/eventually.ts";
import { canConnect, freePorts } from "../shared/testing/free-port.ts";
import { lacks } from "../shared/testing/parts.ts";
import { copyProject, packagesThatCompileOnce } from "../shared/testing/project-copy.ts";
import { ADMIN, signIn } from "../shared/testing/signed-in.ts";
import { type TempFolder, tempFolder } from "../shared/testing/temp-folder.ts";

const run = promisify(execFile);
/** For a start that succeeds: as many looks on a busy machine as it takes. */
const PATIENT = "300";
const noLogrotate = await lacks("logrotate");
const noSystemd = await lacks("systemd");

/** The tests run in order and build on each other, since a release is slow to build. */
describe.skipIf(await lacks("bash", "git", "linux"))("an installation", () => {
  let folder: TempFolder;
  let source: string;
  let root: string;
  let packages: string;
  let ports: number[];
  let apiUrl: string;
  let dataDir: string;

  const git = (...args: string[]) =>
    run("git", ["-c", "user.name=test", "-c", "user.email=test@localhost", ...args], { cwd: source });
  /** Looks, a second apart, until the services must be healthy. */
  let healthLimit = PATIENT;
  const scriptEnvironment = () => {
    const [WEB_PORT, API_PORT, WS_PORT, WS_MORE_PORTS] = ports.map(String);
    const settings = { WEB_PORT, API_PORT, WS_PORT, WS_MORE_PORTS, FILE_UPLOAD_MAX: "1000000" };
    const host = { PATH: process.env.PATH, HOME: process.env.HOME, DOCKER_HOST: process.env.DOCKER_HOST ?? "" };
    return { ...host, ...settings, ROOT: root, AI_DESKTOP_PACKAGES: packages, HEALTH_LIMIT: healthLimit };
  };
  const script = async (name: string, ...args: string[]) => {
    try {
      const { stdout, stderr } = await run(join(source, "deploy", name), args, { env: scriptEnvironment() });
      return { code: 0, output: stdout + stderr };
    } catch (error) {
      const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
      return { code, output: stdout + stderr };
    }
  };
  const log = () => join(root, "var/log/ai-desktop.log");
  const releases = async () => (await readdir(join(root, "opt/ai-desktop/releases"))).sort();
  const current = () => readlink(join(root, "opt/ai-desktop/current"));
  const logIn = async () => {
    const answer = await fetch(`${apiUrl}/api/session`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(ADMIN),
    });
    return answer.status;
  };

  beforeAll(async () => {
    folder = await tempFolder("inst");
    source = join(folder.path, "source");
    root = join(folder.path, "root");
    await mkdir(join(root, "etc/nginx/sites-enabled"), { recursive: true });
    await writeFile(join(root, "etc/nginx/sites-enabled/other.conf"), "server { listen 80 default_server; }\n");
    await copyProject(source);
    packages = await packagesThatCompileOnce(join(folder.path, "packages"), join(folder.path, "compiled"));
    await git("init", "-q");
    await git("add", "-A");
    await git("commit", "-qm", "first");
    ports = await freePorts(4);
    apiUrl = `http://127.0.0.1:${ports[1]}`;
    dataDir = join(root, "var/lib/ai-desktop/data");
  });
  afterAll(async () => {
    await script("vps-install.sh", "--uninstall", "--purge", "--yes");
    await folder.remove();
  });

  test("prints its plan and changes nothing with --plan", async () => {
    const { code, output } = await script("vps-install.sh", "--plan", "--domain", "panel.example.org");
    expect(code).toBe(0);
    expect(output).toMatch(/^Plan:\n/m);
    expect(existsSync(join(root, "opt"))).toBe(false);
  });

  test.each([[["--domain", "a.b;reboot"]], [["--file-root", "relative"]], [["--file-root", "/a b"]], [["--what"]]])(
    "refuses %j and does nothing",
    async (args) => {
      expect((await script("vps-install.sh", "--yes", ...args)).code).toBe(1);
      expect(existsSync(join(root, "opt"))).toBe(false);
    },
  );

  test("refuses a certificate with another key before anything is changed", async () => {
    const [cert, other] = [join(folder.path, "cert.pem"), join(folder.path, "other.pem")];
    const make = [
      "req",
      "-x509",
      "-newkey",
      "ec",
      "-pkeyopt",
      "ec_paramgen_curve:prime256v1",
      "-nodes",
      "-subj",
      "/CN=a",
    ];
    await run("openssl", [...make, "-keyout", join(folder.path, "key.pem"), "-out", cert]);
    await run("openssl", [...make, "-keyout", other, "-out", "/dev/null"]);
    const { code, output } = await script(
      "vps-install.sh",
      "--yes",
      "--domain",
      "a.test",
      "--cert",
      cert,
      "--key",
      other,
    );
    expect({ code, output }).toMatchObject({
      code: 1,
      output: expect.stringContaining("does not belong to the certificate"),
    });
    expect(existsSync(join(root, "opt"))).toBe(false);
  });

  test("refuses to continue without a terminal for the confirmation", async () => {
    const { code, output } = await script("vps-install.sh", "--domain", "panel.example.org");
    expect({ code, output }).toMatchObject({ code: 1, output: expect.stringContaining("--yes") });
    expect(existsSync(join(root, "opt"))).toBe(false);
  });

  test("starts the panel and prints the address for the first account", async () => {
    const { code, output } = await script("vps-install.sh", "--yes", "--domain", "panel.example.org");
    expect(output).toContain("The panel runs at https://panel.example.org");
    expect(output).toMatch(/https:\/\/panel\.example\.org\/setup#token=[\w-]{43}/);
    expect(code).toBe(0);
    expect((await stat(dataDir)).mode & 0o777).toBe(0o700);
    expect((await stat(join(root, "etc/ai-desktop/env"))).mode & 0o777).toBe(0o640);
    expect(await releases()).toHaveLength(1);
    await signIn({ apiUrl, dataDir, origin: "https://panel.example.org" });
  });

  const commandWithin = (limit: string, ...args: string[]) =>
    run(join(root, "usr/local/bin/ai-desktop"), args, {
      cwd: "/",
      env: { PATH: process.env.PATH, HEALTH_LIMIT: limit },
    });
  const command = (...args: string[]) => commandWithin(PATIENT, ...args);

  test("has one command for PM2, users and the audit trail, from any folder", async () => {
    const { stdout } = await command("pm2", "list");
    const more = `ai-desktop-websocket-${ports[3]}`;
    for (const name of ["ai-desktop-frontend", "ai-desktop-backend", "ai-desktop-websocket", more]) {
      expect(stdout).toContain(name);
    }
    expect((await command("admin", "list")).stdout).toContain(ADMIN.username);
    expect((await command("audit", "verify")).stdout).toContain("intact");
    // A part that gets no processor time for some seconds is broken meanwhile.
    await eventually(async () => expect((await command("status")).stdout).toContain("ok      dependencies of the API"));
    await expect(command("reboot")).rejects.toMatchObject({ code: 1 });
  });

  test("backs up and restores the installation by the command and by the scripts of the clone", async () => {
    const archive = join(folder.path, "state.tar.gz");
    await command("backup", archive);
    expect((await stat(archive)).mode & 0o777).toBe(0o600);
    await rm(archive);
    expect(await script("backup.sh", archive)).toMatchObject({ code: 0 });
    expect((await script("restore.sh", archive)).output).toContain("Stop the panel first: ai-desktop stop");
    await command("stop");
    expect(await Promise.all(ports.map(canConnect))).toEqual([false, false, false, false]);
    expect(await script("restore.sh", archive)).toMatchObject({ code: 0 });
    await command("start");
    expect(await logIn()).toBe(200);
  });

  test("applies a changed setting when a service restarts, and keeps it out of PM2's list", async () => {
    const settings = join(root, "etc/ai-desktop/env");
    const before = await readFile(settings, "utf8");
    await appendFile(settings, "MCP_ALLOWED_COMMANDS=npx\nLOG_LEVEL=none-such\n");
    await command("pm2", "restart", "ai-desktop-frontend");
    const errors = join(root, "var/lib/ai-desktop/.pm2/logs/ai-desktop-frontend-error.log");
    await eventually(async () => (await readFile(errors, "utf8")).includes("LOG_LEVEL"));
    expect((await command("pm2", "jlist", "--silent")).stdout).not.toMatch(/MCP_ALLOWED_COMMANDS|none-such/);
    await writeFile(settings, before);
    // PM2 retries by itself, and refuses a requested restart at the same time.
    await eventually(() => canConnect(ports[0] ?? 0));
  });

  test("changes a setting by the command, restarts with it, and takes back one that does not run", async () => {
    const settings = join(root, "etc/ai-desktop/env");
    const before = await readFile(settings, "utf8");
    const set = await command("config", "set", "FILE_UPLOAD_MAX", "2000000");
    expect(set.stdout).toContain("FILE_UPLOAD_MAX is changed");
    const changed = await readFile(settings, "utf8");
    expect(changed).toBe(before.replace("FILE_UPLOAD_MAX=1000000", "FILE_UPLOAD_MAX=2000000"));
    expect(changed).not.toBe(before);
    // The web server has its own limit.
    const site = join(root, "etc/nginx/sites-enabled/zz-ai-desktop.conf");
    expect(await readFile(site, "utf8")).toContain("client_max_body_size 2000000;");
    expect((await stat(settings)).mode & 0o777).toBe(0o640);
    expect((await command("config", "get", "FILE_UPLOAD_MAX")).stdout).toBe("2000000\n");
    // The command waits for the first realtime server alone.
    await eventually(async () => expect(await Promise.all(ports.map(canConnect))).toEqual([true, true, true, true]));
    await expect(command("config", "set", "LOG_LEVEL", "loud")).rejects.toMatchObject({ code: 1 });
    const nameless = await command("config", "unset", "PUBLIC_ORIGIN").catch((error: unknown) => error);
    expect(nameless).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("The site of nginx needs PUBLIC_ORIGIN"),
    });
    expect(await readFile(settings, "utf8")).toBe(changed);
    // A valid address that this machine does not have.
    const refused = await commandWithin("10", "config", "set", "HOST", "192.0.2.1").catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining("the earlier settings come back") });
    expect(await readFile(settings, "utf8")).toBe(changed);
    await command("config", "set", "FILE_UPLOAD_MAX", "1000000");
    expect(await readFile(settings, "utf8")).toBe(before);
    await eventually(() => canConnect(ports[0] ?? 0));
  });

  test.skipIf(noLogrotate)("rotates the logs, and the services continue in the new files", async () => {
    const log = join(root, "var/lib/ai-desktop/.pm2/logs/ai-desktop-websocket-out.log");
    const before = await readFile(log, "utf8");
    expect(before).toContain("CORS Origins");
    const config = join(root, "etc/logrotate.d/ai-desktop");
    await run("logrotate", ["--force", "--state", join(folder.path, "rotated"), config]);
    expect(await readFile(`${log}.1`, "utf8")).toBe(before);
    await command("pm2", "restart", "ai-desktop-websocket");
    await eventually(async () => (await readFile(log, "utf8")).includes("CORS Origins"));
    // PM2 keeps its own log open, so it is copied and truncated.
    const own = join(root, "var/lib/ai-desktop/.pm2/pm2.log");
    expect(await readFile(`${own}.1`, "utf8")).toContain("PM2 Daemon");
    expect(await readFile(own, "utf8")).toContain("ai-desktop-websocket");
  });

  test("turns the root helper on and off, and keeps root's list of users", async () => {
    const units = join(root, "etc/systemd/system");
    const isOn = () => existsSync(join(units, "ai-desktop-helper.socket"));
    expect(isOn()).toBe(false);
    expect((await command("helper", "on")).stdout).toContain("May act for: nobody.");
    expect(isOn()).toBe(true);
    expect((await command("helper", "allow", "daemon")).stdout).toContain("May act for: daemon.");
    for (const names of [["root"], ["nobody-knows"], ["daemon", "bin"], []]) {
      await expect(command("helper", "allow", ...names)).rejects.toMatchObject({ code: 1 });
    }
    expect((await command("helper", "allow", "--privileged", "root")).stdout).toContain("daemon, root");
    expect((await command("helper", "forget", "daemon")).stdout).toContain("May act for: root.");
    await command("helper", "off");
    expect(isOn()).toBe(false);
    const file = join(root, "etc/ai-desktop/helper.json");
    expect(JSON.parse(await readFile(file, "utf8"))).toEqual({ users: [], privileged: ["root"] });
    await command("helper", "on");
  });

  test.skipIf(noSystemd)("has units that systemd accepts", async () => {
    const socket = join(folder.path, "ai-desktop-helper.socket");
    await copyFile(join(root, "etc/systemd/system/ai-desktop-helper.socket"), socket);
    for (const [unit, name] of [
      ["ai-desktop@.service", "ai-desktop@api.service"],
      ["ai-desktop-pm2.service", "ai-desktop-pm2.service"],
      ["ai-desktop-helper.service", "ai-desktop-helper.service"],
    ] as const) {
      const text = await readFile(join(root, "etc/systemd/system", unit), "utf8");
      // The programs are below the root that represents the file system.
      await writeFile(join(folder.path, name), text.replaceAll("/opt/ai-desktop", join(root, "opt/ai-desktop")));
      const { stderr } = await run("systemd-analyze", ["verify", "--man=no", join(folder.path, name)]);
      expect(stderr).toBe("");
    }
  });

  test("adds a site to nginx, and does not replace the default site", async () => {
    const site = await readFile(join(root, "etc/nginx/sites-enabled/zz-ai-desktop.conf"), "utf8");
    expect(site).toContain("server_name panel.example.org;");
    expect(site).toContain(`server 127.0.0.1:${ports[1]};`);
    expect(site).toContain(`server 127.0.0.1:${ports[2]};\n    server 127.0.0.1:${ports[3]};\n`);
    expect(site).toContain("client_max_body_size 1000000;");
    expect(site).toMatch(/^ {4}listen 127\.0\.0\.1:3017;$/m);
    expect(site.match(/listen .*default_server/g)).toEqual([
      "listen 443 ssl http2 default_server",
      "listen [::]:443 ssl http2 default_server",
    ]);
    expect(await readFile(join(root, "etc/nginx/sites-enabled/other.conf"), "utf8")).toContain("default_server");
  });

  const processes = async () => {
    const list = JSON.parse((await command("pm2", "jlist", "--silent")).stdout) as { name: string; pid: number }[];
    return list.map(({ name, pid }) => `${name} ${pid}`);
  };

  test("changes and restarts nothing when run again", async () => {
    const settings = join(root, "etc/ai-desktop/env");
    const before = [await readFile(settings, "utf8"), await releases(), await processes()];
    const { code, output } = await script("vps-install.sh", "--yes");
    expect({ code, output }).toMatchObject({ code: 0, output: expect.stringContaining("keep the release") });
    expect([await readFile(settings, "utf8"), await releases(), await processes()]).toEqual(before);
  });

  test("changes only the lines of the options of a second run", async () => {
    const settings = join(root, "etc/ai-desktop/env");
    await appendFile(settings, "# of mine\nLOG_LEVEL=warn\n");
    const before = await readFile(settings, "utf8");
    const [release] = await releases();
    const data = join(root, "srv/data");
    const options = ["--domain", "Other.example.org", "--file-root", data];
    const plan = await script("vps-install.sh", "--plan", ...options);
    expect(plan.output).toContain("from https://panel.example.org to https://other.example.org");
    expect(await readFile(settings, "utf8")).toBe(before);
    const { code, output } = await script("vps-install.sh", "--yes", ...options);
    expect({ code, output }).toMatchObject({ code: 0, output: expect.stringContaining("https://other.example.org") });
    const changed = before
      .replace("https://panel.example.org", "https://other.example.org")
      .replace(/^FILE_MANAGER_ROOT=.*$/m, `FILE_MANAGER_ROOT=${data}`);
    expect(await readFile(settings, "utf8")).toBe(changed);
    expect(await readFile(join(root, "etc/nginx/sites-enabled/zz-ai-desktop.conf"), "utf8")).toContain(
      "server_name other.example.org;",
    );
    const certificate = new X509Certificate(await readFile(join(root, "etc/ssl/ai-desktop/fullchain.pem")));
    expect(certificate.checkHost("other.example.org")).toBe("other.example.org");
    expect(await releases()).toEqual([release]);
    expect(await logIn()).toBe(200);
  });

  test("refuses a second command while one changes it, and names the log", async () => {
    const upgrade = [join(root, "run/ai-desktop.lock"), join(source, "deploy/upgrade.sh")];
    const refused = run("flock", upgrade, { env: scriptEnvironment() });
    await expect(refused).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining(log()) });
  });

  test("upgrades to a new release and keeps the state, also when its terminal is lost half-way", async () => {
    await appendFile(join(source, "CHANGELOG.md"), "\nA new release.\n");
    await git("commit", "-qam", "second");
    const before = await current();
    // As with SSH, the shell is the leader of the terminal's session, and a lost terminal reaches what runs in it.
    const upgrade = `bash -c '${join(source, "deploy/upgrade.sh")}; true'`;
    const terminal = spawn("script", ["-qfc", upgrade, "/dev/null"], { env: scriptEnvironment(), stdio: "pipe" });
    for await (const line of createInterface(terminal.stdout)) {
      if (line.startsWith("Switching")) break;
    }
    terminal.kill("SIGKILL");
    const said = async () => (await readFile(log(), "utf8")).split(/^== /m).at(-1);
    await eventually(async () => expect(await said()).toMatch(/^(Upgraded to|Error)/m));
    expect(await said()).toContain("Upgraded to");
    expect((await stat(log())).mode & 0o777).toBe(0o600);
    expect(await current()).not.toBe(before);
    expect(await readFile(join(await current(), "CHANGELOG.md"), "utf8")).toContain("A new release.");
    // PM2 starts services by files of the release from which it was started, which is removed some upgrades later.
    const pid = (await readFile(join(root, "var/lib/ai-desktop/.pm2/pm2.pid"), "utf8")).trim();
    expect(await readlink(`/proc/${pid}/exe`)).toContain(await current());
    expect(await logIn()).toBe(200);
  });

  test("changes nothing for a release whose migration fails", async () => {
    await writeFile(join(source, "api/database/migrations/999-broken.sql"), "THIS IS NO SQL;\n");
    await git("add", "-A");
    await git("commit", "-qm", "third");
    const before = [await current(), await releases()];
    // An installer that finds a healthy panel upgrades it.
    const { code, output } = await script("vps-install.sh", "--yes");
    expect({ code, output }).toMatchObject({ code: 1, output: expect.stringContaining("nothing was changed") });
    expect([await current(), await releases()]).toEqual(before);
    expect(await logIn()).toBe(200);
  });

  test("rolls back to the old release and its state by itself if the new one is not healthy", async () => {
    await git("rm", "-q", "api/database/migrations/999-broken.sql");
    await writeFile(join(source, "api/database/migrations/999-fine.sql"), "CREATE TABLE from_the_future (id TEXT);\n");
    await writeFile(join(source, "realtime/main.ts"), "throw new Error('not today');\n");
    await git("add", "-A");
    await git("commit", "-qm", "fourth");
    const before = [await current(), await releases()];
    healthLimit = "2"; // looks; it has just answered on a copy of the state
    const { code, output } = await script("upgrade.sh");
    expect({ code, output }).toMatchObject({ code: 1, output: expect.stringContaining("BROKEN  realtime server") });
    expect(output).toContain("the panel runs as before");
    expect([await current(), await releases()]).toEqual(before);
    expect(await logIn()).toBe(200);
  });

  test("is removed, except state and settings", async () => {
    await git("checkout", "-q", "HEAD~2");
    expect(await script("vps-install.sh", "--uninstall", "--yes")).toMatchObject({ code: 0 });
    expect(await Promise.all(ports.map(canConnect))).toEqual([false, false, false, false]);
    expect(existsSync(join(root, "opt/ai-desktop"))).toBe(false);
    expect(existsSync(join(root, "etc/systemd/system/ai-desktop-helper.socket"))).toBe(false);
    expect(await readdir(join(root, "etc/nginx/sites-enabled"))).toEqual(["other.conf"]);
    expect(existsSync(join(dataDir, "state.db"))).toBe(true);
    expect(existsSync(join(root, "etc/ai-desktop/env"))).toBe(true);
  });

  test("is also removed after a failed run", async () => {
    await mkdir(join(root, "opt/ai-desktop/releases/20200101T000000Z.part"), { recursive: true });
    await symlink(join(root, "opt/ai-desktop/releases/gone"), join(root, "opt/ai-desktop/current"));
    await writeFile(join(root, "etc/systemd/system/ai-desktop@.service"), "");
    expect(await script("vps-install.sh", "--uninstall", "--yes")).toMatchObject({ code: 0 });
    expect(existsSync(join(root, "opt/ai-desktop"))).toBe(false);
    expect(await readdir(join(root, "etc/systemd/system"))).toEqual([]);
  });

  test("is removed with state and settings by --purge", async () => {
    expect(await script("vps-install.sh", "--uninstall", "--purge", "--yes")).toMatchObject({ code: 0 });
    for (const gone of [dataDir, join(root, "etc/ai-desktop"), log()]) {
      expect(existsSync(gone)).toBe(false);
    }
  });
});
