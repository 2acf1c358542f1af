import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { appendFile, chmod, cp, mkdir, readdir, rm, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startChild } from "../shared/testing/child.ts";
import { eventually } from "../shared/testing/eventually.ts";
import { lacks } from "../shared/testing/parts.ts";
import { copyProject } from "../shared/testing/project-copy.ts";
import { projectFolder } from "../shared/testing/service-process.ts";
import { type TempFolder, tempFolder } from "../shared/testing/temp-folder.ts";

const run = promisify(execFile);
/** Linking or copying the packages and building the web app are slow. */
/** The size in docs/operations.md, with a margin. */
const SIZE_MAX_MB = 290;
const noRoot = process.getuid?.() !== 0;

/** The tests run in order: each release shares unchanged files with the previous one. */
describe.skipIf(noRoot || (await lacks("bash", "git", "linux")))("a release", () => {
  let folder: TempFolder;
  let source: string;
  let root: string;

  beforeAll(async () => {
    folder = await tempFolder("rel");
    await chmod(folder.path, 0o755);
    source = join(folder.path, "source");
    root = join(folder.path, "root");
    await mkdir(join(root, "opt/ai-desktop/releases"), { recursive: true });
    await copyProject(source);
    const git = (...args: string[]) =>
      run("git", ["-c", "user.name=test", "-c", "user.email=test@localhost", ...args], { cwd: source });
    await git("init", "-q");
    await git("add", "-A");
    await git("commit", "-qm", "first");
    // Owned by an ordinary user: git refuses to read it for root.
    await run("bash", ["--norc", "-c", 'chmod -R ug+w "$1" && chown -R 1000:1000 "$1"', "own", source]);
  });
  afterAll(() => folder?.remove());

  const make = async (from: string, umask = "022") => {
    const script = `set -euo pipefail; umask ${umask}; . deploy/lib/common.sh; . deploy/lib/layout.sh; . deploy/lib/toolchain.sh
      make_release "$1"; switch_to "$RELEASE"; basename "$RELEASE"`;
    const env = { PATH: process.env.PATH, HOME: folder.path, ROOT: root, AI_DESKTOP_PACKAGES: projectFolder };
    // Independent of the git settings of this machine.
    const own = { ...env, GIT_CONFIG_NOSYSTEM: "1" };
    const { stdout, stderr } = await run("bash", ["--norc", "-c", script, "make", from], {
      cwd: projectFolder,
      env: own,
    });
    expect(stdout + stderr).not.toMatch(/warn|note:|DEP0|PLUGIN_TIMINGS/i);
    return join(root, "opt/ai-desktop/releases", stdout.trim().split("\n").at(-1) ?? "");
  };
  const releases = () => readdir(join(root, "opt/ai-desktop/releases"));
  const find = async (release: string, ...what: string[]) =>
    (await run("find", [release, ...what, "-printf", "%P %u %m\\n"], { maxBuffer: 1e8 })).stdout;
  const inode = async (...path: string[]) => (await stat(join(...path))).ino;
  let first: string;
  let second: string;

  test("of another user's clone belongs to root and is not writable by others", async () => {
    first = await make(source);
    expect(await find(first, "!", "-user", "root", "-o", "!", "-group", "root")).toBe("");
    expect(await find(first, "!", "-type", "l", "-perm", "/022")).toBe("");
    expect(await find(first, "-perm", "/6000")).toBe("");
    expect(await readdir(first)).not.toContain(".git");
    await run(join(first, "node_modules/.bin/node"), ["deploy/packages.ts", "missing", "--servers"], { cwd: first });
  });

  test("has the packages of the servers, and not those of the build", async () => {
    for (const name of ["lucide-solid", "vite", "typescript", "deno", `node-linux-${process.arch}/include`]) {
      expect(existsSync(join(first, "node_modules", name)), name).toBe(false);
    }
    for (const name of ["tsx", "pm2", "hono"]) expect(existsSync(join(first, "node_modules", name)), name).toBe(true);
    expect(await find(join(first, "node_modules/.bin"), "-xtype", "l")).toBe("");
    const { stdout } = await run("du", ["-sm", first]);
    expect(Number.parseInt(stdout, 10)).toBeLessThan(SIZE_MAX_MB);
  });

  test("of a folder without a commit is the same, is readable with any umask, and shares equal files", async () => {
    const plain = join(folder.path, "plain");
    await cp(source, plain, { recursive: true });
    await rm(join(plain, ".git"), { recursive: true });
    await mkdir(join(plain, ".data"));
    await writeFile(join(plain, ".env.local"), "SECRET=1\n");
    // Cloned with a umask of 077, as on hardened servers.
    await run("bash", ["--norc", "-c", 'chmod -R go-rwx "$1" && chown -R 1000:1000 "$1"', "own", plain]);
    second = await make(plain, "077");
    expect(await find(second, "-printf", "")).toBe(await find(first, "-printf", ""));
    const bundle = (await readdir(join(first, "web/dist/assets")))[0] ?? "";
    for (const path of [["node_modules/hono/package.json"], ["web/dist/assets", bundle]]) {
      expect(await inode(second, ...path)).toBe(await inode(first, ...path));
    }
  });

  test("with another page is built again, and still shares the packages", async () => {
    const changed = join(folder.path, "plain");
    await appendFile(join(changed, "web/index.html"), "<!-- new -->\n");
    const third = await make(changed);
    expect(await inode(third, "node_modules/hono/package.json")).toBe(
      await inode(first, "node_modules/hono/package.json"),
    );
    expect(await inode(third, "web/dist/index.html")).not.toBe(await inode(first, "web/dist/index.html"));
    expect(existsSync(join(third, "node_modules/vite"))).toBe(false);
    expect((await releases()).filter((name) => name.endsWith(".part"))).toEqual([]);
  });

  test("is refused if a link leads to a file that others can change", async () => {
    const before = await releases();
    const changed = join(folder.path, "plain");
    await symlink(join(folder.path, "plain/README.md"), join(changed, "docs/elsewhere.md"));
    await expect(make(changed)).rejects.toMatchObject({
      stderr: expect.stringContaining("links to files outside of it"),
    });
    expect((await releases()).filter((name) => !name.endsWith(".part"))).toEqual(before);
  });
});

test.skipIf(await lacks("bash", "linux"))(
  "a release that a killed run left unfinished is removed with the programs at work there",
  async () => {
    const folder = await tempFolder("left");
    try {
      const part = join(folder.path, "opt/ai-desktop/releases/20260101T000000Z.part");
      await mkdir(part, { recursive: true });
      const script = "while true; do mkdir -p web/src; : > web/src/file; done";
      const writer = await startChild("bash", ["--norc", "-c", script], {
        cwd: part,
        env: { PATH: process.env.PATH ?? "" },
      });
      await eventually(() => existsSync(join(part, "web/src/file")));
      await run(
        "bash",
        ["--norc", "-c", "set -euo pipefail; . deploy/lib/common.sh; . deploy/lib/layout.sh; remove_unfinished"],
        {
          cwd: projectFolder,
          env: { PATH: process.env.PATH, HOME: folder.path, ROOT: folder.path },
        },
      );
      await writer.exited;
      expect(existsSync(part)).toBe(false);
    } finally {
      await folder.remove();
    }
  },
);
