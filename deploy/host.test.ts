import { execFile } from "node:child_process";
import { chmod, mkdir, readFile, rm, stat, symlink, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { parseEnv, promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { lacks } from "../shared/testing/parts.ts";
import { projectFolder } from "../shared/testing/service-process.ts";
import { type TempFolder, tempFolder } from "../shared/testing/temp-folder.ts";

const run = promisify(execFile);
const sources = ["common", "layout", "settings", "services", "host", "site"].map((name) => `. deploy/lib/${name}.sh`);

describe.skipIf(await lacks("bash", "linux"))("the installer's checks of host and settings", () => {
  let folder: TempFolder;
  let settings: string;

  beforeAll(async () => {
    folder = await tempFolder("host");
    settings = join(folder.path, "env");
  });
  afterAll(() => folder.remove());

  /** Runs a line with the installer's functions, with arguments as `$1` and so on. */
  const shell = async (line: string, args: string[] = [], env: Record<string, string> = {}) => {
    const head = `set -euo pipefail\n${sources.join("\n")}\nSETTINGS="${settings}" domain="" ip="" file_root=""\n`;
    const given = { PATH: process.env.PATH, ROOT: folder.path, ...env };
    const { stdout } = await run("bash", ["--norc", "-c", head + line, "bash", ...args], {
      cwd: projectFolder,
      env: given,
    });
    return stdout;
  };

  /** Output of the function for each input, all in one shell. */
  const each = async (line: string, inputs: string[]) =>
    (await shell(`for value; do (${line}) 2>&1 || true; printf '\\0'; done`, inputs)).split("\0").slice(0, -1);

  test("converts names and addresses to the notation of browsers", async () => {
    const names = ["panel.example.com", "Panel.Example.COM.", "203.0.113.7", "2001:db8::1"];
    expect(await each('domain="$value"; find_public_name; printf %s "$public_name"', names)).toEqual([
      "panel.example.com",
      "panel.example.com",
      "203.0.113.7",
      "2001:db8::1",
    ]);
    const addresses = ["203.0.113.7", "2001:DB8:0:0::1", "[2001:db8::1]"];
    expect(await each('ip="$value"; find_public_name; printf %s "$public_name"', addresses)).toEqual([
      "203.0.113.7",
      "2001:db8::1",
      "2001:db8::1",
    ]);
  });

  test("refuses invalid names and addresses without a DNS query", async () => {
    const names = [
      "https://panel.example.com",
      "panel.example.com:8443",
      "panel..example.com",
      "-panel.example.com",
      "panel_1.example.com",
      "panel.1",
      `${"a".repeat(260)}.com`,
      "panel.example.com\nNODE_OPTIONS=--require=/tmp/x.js",
      "panel.example.com\n",
    ];
    for (const said of await each('domain="$value"; find_public_name', names))
      expect(said).toMatch(/^Error: --domain needs/);
    const addresses = ["203.0.113.256", "203.0.113", "2001:db8::g", "fe80::1%eth0", "panel.example.com"];
    for (const said of await each('ip="$value"; find_public_name', addresses))
      expect(said).toMatch(/^Error: --ip needs/);
  });

  test("refuses a variable with a line break, which would create another setting", async () => {
    const check = "check_kept_variables; printf fine";
    expect(await shell(check, [], { REDIS_URL: "redis://127.0.0.1:6379 # $(id)" })).toBe("fine");
    const refused = shell(check, [], { STACKS_ROOTS: "/srv/a\nNODE_OPTIONS --require=/tmp/x.js" });
    await expect(refused).rejects.toThrow(/STACKS_ROOTS cannot hold a line break/);
  });

  test("creates no release from a source with links that lead outside, now or later", async () => {
    const release = join(folder.path, "release");
    const own = () => shell('own_release "$1"; printf fine', [release]);
    await mkdir(join(release, "api"), { recursive: true });
    await symlink("../api/main.ts", join(release, "api/inside"));
    expect(await own()).toBe("fine");
    for (const target of ["/etc/passwd", join(folder.path, "not/there/yet.ts"), "../../elsewhere"]) {
      await symlink(target, join(release, "api/outside"));
      await expect(own()).rejects.toThrow(/links to files outside of it/);
      await rm(join(release, "api/outside"));
    }
  });

  test("uses a built page only if none of its sources is newer", async () => {
    const project = join(folder.path, "project");
    const file = async (path: string, second: number) => {
      await mkdir(join(project, path, ".."), { recursive: true });
      await writeFile(join(project, path), "");
      await utimes(join(project, path), second, second);
    };
    const isNew = async () => (await shell('if page_is_new "$1"; then echo yes; else echo no; fi', [project])).trim();
    for (const path of ["web/src/main.tsx", "shared/lib.ts", "package-lock.json"]) await file(path, 100);
    expect(await isNew()).toBe("no");
    await file("web/dist/index.html", 200);
    await file("web/dist/assets/later.js", 300);
    expect(await isNew()).toBe("yes");
    await file("shared/lib.ts", 300);
    expect(await isNew()).toBe("no");
  });

  const lines = [
    "PLAIN=a b",
    "COMMENT=a # b",
    "HASH=a#b",
    'QUOTED="a # b" # c',
    "SINGLE='a \"b\"'",
    "  export SPACED = a ",
    "CARRIAGE=a\r",
    "TWICE=a",
    "TWICE=b",
    "EMPTY=",
    "NAMED_PLAIN=no",
    "# PLAIN=comment",
  ];

  test("reads the settings file like the services", async () => {
    const text = `${lines.join("\n")}\n`;
    await writeFile(settings, text);
    const values = Object.entries(parseEnv(text));
    const read = await each(
      'from_file "$SETTINGS" "$value"',
      values.map(([name]) => name),
    );
    expect(read).toEqual(values.map(([, value]) => value));
  });

  test("changes only one line", async () => {
    const text = `${lines.join("\n")}\n`;
    const values = [
      "a",
      "npx -y some-server",
      "a # b",
      'say "hello"',
      "it's",
      "redis://user:p%40ss@127.0.0.1:6379/0?a=b&c=d",
      "back\\slash",
    ];
    for (const index of values.keys()) {
      const file = join(folder.path, `settings-${index}`);
      await writeFile(file, text);
      await chmod(file, 0o640);
    }
    await shell(
      `n=0; for value; do set_line "$ROOT/settings-$n" TWICE "$value"; set_line "$ROOT/settings-$n" ADDED "$value"; n=$((n + 1)); done`,
      values,
    );
    for (const [index, value] of values.entries()) {
      const file = join(folder.path, `settings-${index}`);
      const changed = await readFile(file, "utf8");
      expect(parseEnv(changed)).toEqual({ ...parseEnv(text), TWICE: value, ADDED: value });
      const kept = changed.split("\n").filter((line) => !/^(TWICE|ADDED)=/.test(line));
      expect(kept).toEqual(text.split("\n").filter((line) => !line.startsWith("TWICE=")));
      expect(changed).toContain("TWICE=a\n");
      expect((await stat(file)).mode & 0o777).toBe(0o640);
    }
  });

  test("changes only the first of several origins", async () => {
    await writeFile(settings, "PUBLIC_ORIGIN=https://a.test,https://b.test\n");
    expect(await shell("domain=c.test; find_public_name; wanted_changes")).toBe(
      "PUBLIC_ORIGIN https://c.test,https://b.test\n",
    );
    expect(await shell("domain=a.test; find_public_name; wanted_changes")).toBe("");
  });

  test("finds the port of the current SSH connection", async () => {
    const ports = await shell("ssh_ports", [], { SSH_CONNECTION: "192.0.2.9 50000 192.0.2.1 2222" });
    expect(ports.split(" ")).toContain("2222");
  });

  test("reaches this host directly where the environment names a proxy for all requests", async () => {
    const { createServer } = await import("node:http");
    const server = createServer((_request, response) => response.end());
    const proxy = { NODE_USE_ENV_PROXY: "1", http_proxy: "http://127.0.0.1:9", NO_PROXY: "registry.test" };
    for (const host of ["127.0.0.1", "::1"]) {
      await new Promise<void>((resolve) => server.listen(0, host, resolve));
      const { port } = server.address() as { port: number };
      const url = `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
      const line = 'NODE="$1"; panel_at "$2" && curl -sf "$2" && printf "%s %s" "$no_proxy" "$NO_PROXY"';
      const all = "registry.test,localhost,127.0.0.1,::1,[::1]";
      expect(await shell(line, [process.execPath, url], proxy)).toBe(`runs\n${all} ${all}`);
      await new Promise((resolve) => server.close(resolve));
    }
  });

  test("finds programs of administration, and reads their output, in the shell of any user", async () => {
    const found = await shell('command -v useradd >/dev/null && env | grep -E "^(LC_ALL|LANGUAGE)="', [], {
      PATH: "/usr/bin:/bin",
      LANG: "de_DE.UTF-8",
      LANGUAGE: "de",
    });
    expect(found).toBe("LC_ALL=C.UTF-8\n");
  });

  test("names the program that uses a port", async () => {
    const { createServer } = await import("node:net");
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as { port: number };
    try {
      const owner = (await shell('port_owner "$1"', [String(port)])).split(" ");
      expect(owner.at(-1)).toBe(String(process.pid));
      expect(await shell('listening_ports | grep -x "$1" || true', [String(port)])).toBe(""); // loopback only
    } finally {
      server.close();
    }
    expect(await shell('port_taken "$1" && echo taken || echo free', [String(port)])).toBe("free\n");
  });

  test.each([
    ["", "zz-ai-desktop.conf"],
    ["default", "zz-ai-desktop.conf"],
    ["zzz", "zzz-ai-desktop.conf"],
  ])("names its site so that nginx reads it behind %j", async (other, name) => {
    const sites = join(folder.path, `sites-${other}`);
    await run("mkdir", ["-p", sites]);
    if (other) await writeFile(join(sites, other), "");
    expect(await shell('last_name "$1"', [sites])).toBe(name);
  });

  test("does not treat another site as its own", async () => {
    const sites = join(folder.path, "etc/nginx/sites-enabled");
    const names = ["ai-desktop.conf", "zz-ai-desktop.conf", "zoo-ai-desktop.conf", "my-ai-desktop.conf", "shop"];
    await run("mkdir", ["-p", sites]);
    for (const name of names) await writeFile(join(sites, name), "");
    const found = (await shell("site_places")).trim().split("\n").sort();
    expect(found).toEqual(names.slice(0, 2).map((name) => join(sites, name)));
  });

  test("recognizes private addresses", async () => {
    const look = 'is_private_address "$value" && printf inner';
    const inner = ["10.0.0.5", "172.20.1.1", "192.168.1.1", "100.64.0.1", "fd00::1"];
    expect(await each(look, inner)).toEqual(inner.map(() => "inner"));
    const outer = ["203.0.113.7", "172.32.0.1", "100.128.0.1", "2001:db8::1", "panel.example.com", "fd.example.com"];
    expect(await each(look, outer)).toEqual(outer.map(() => ""));
  });
});
