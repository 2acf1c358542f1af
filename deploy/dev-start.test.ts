import { execFile } from "node:child_process";
import { mkdir, rm, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import process from "node:process";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Child, startChild } from "../shared/testing/child.ts";
import { checkWithin, HANG_MS } from "../shared/testing/eventually.ts";
import { canConnect, freePorts } from "../shared/testing/free-port.ts";
import { hostPrograms } from "../shared/testing/host-programs.ts";
import { lacks } from "../shared/testing/parts.ts";
import {
  archiveFile,
  installedPackages,
  testRegistry,
  toolchainPackages,
} from "../shared/testing/peers/npm-registry.ts";
import { copyProject, slimProject } from "../shared/testing/project-copy.ts";
import { projectFolder } from "../shared/testing/service-process.ts";
import { type TempFolder, tempFolder } from "../shared/testing/temp-folder.ts";

const run = promisify(execFile);
/** The first start can install everything. */

/** The versions of Debian 12. */
const debian = {
  npm: {
    name: "npm",
    version: "9.2.0",
    integrity: "sha512-oypVdaWGHDuV79RXLvp+B9gh6gDyAmoHKrQ0/JBYTWWx5D8/+AAxFdZC84fSIiyDdyW4qfrSyYGKhekxDOaMXQ==",
  },
  node: {
    name: `node-linux-${process.arch}`,
    version: "18.20.8",
    integrity:
      process.arch === "arm64"
        ? "sha512-xTMJYtLdLjIimh8zRpgUDFsNknLP72AT/QWEQmeyDOM1/Gqj/GZn/MlbA+zWSjSMBxQscYvgFpq3qERMEcFEUA=="
        : "sha512-JWUTwZ9vMOjZXMtiBc74OZn12DXb4skKfY4Nlyc17Ss8BTaxjwkXAw6xZb0Ck5afUYU/neBbrHjo9O3baF34ww==",
  },
};

describe.skipIf(await lacks("bash", "linux", "curl"))("dev-start.sh", () => {
  let folder: TempFolder;
  let ports: number[];
  const started: Child[] = [];

  beforeEach(async () => {
    folder = await tempFolder("dev");
    ports = await freePorts(3);
  });
  afterEach(async () => {
    for (const child of started.splice(0)) await child.stop();
    await folder.remove();
  });

  const start = async (deploy: string, env: Record<string, string>) => {
    const [WEB_PORT, API_PORT, WS_PORT] = ports.map(String);
    const places = { DATA_DIR: join(folder.path, "data"), FILE_MANAGER_ROOT: folder.path, PM2_HOME: folder.path };
    const settings = { AI_DESKTOP_ENV: "/none", ...places, WEB_PORT, API_PORT, WS_PORT };
    const child = await startChild(join(deploy, "dev-start.sh"), [], {
      env: { PATH: process.env.PATH, HOME: folder.path, ...settings, ...env },
    });
    started.push(child);
    return child;
  };
  const listening = async () => (await Promise.all(ports.map(canConnect))).filter(Boolean).length;

  test("starts all three on a host with Node 18 and npm 9; without both, it names a taken port", async () => {
    const project = join(folder.path, "project");
    await copyProject(project);
    // Uses the existing build of the page; `release.test.ts` tests a real build.
    const page = join(projectFolder, "web/dist");
    await slimProject(project, { keep: ["uplot", "uqr"], build: `sh -c 'cp -R ${page} web/dist' build` });
    const bare = await hostPrograms(join(folder.path, "bare"));
    const host = join(folder.path, "host");
    for (const [name, entry] of Object.entries(debian)) {
      await mkdir(join(host, name), { recursive: true });
      await run("tar", ["-xzf", await archiveFile(entry), "--strip-components=1", "-C", join(host, name)]);
    }
    await mkdir(join(host, "bin"));
    await symlink("../node/bin/node", join(host, "bin/node"));
    for (const name of ["npm", "npx"]) await symlink(`../npm/bin/${name}-cli.js`, join(host, "bin", name));
    const registry = await testRegistry([...installedPackages(), toolchainPackages().npm], {
      authorization: "Bearer s3cret",
    });
    try {
      const login = `registry=${registry.url}\n${registry.url.slice(5)}/:_authToken=s3cret\n`;
      // Settings for other projects, which must not exclude packages of the build.
      const habits = "omit[]=dev\nomit[]=optional\nbin-links=false\nlegacy-peer-deps=true\npackage-lock=false\n";
      await writeFile(join(folder.path, ".npmrc"), login + habits);
      const PATH = `${join(host, "bin")}:${bare}`;
      expect((await run("bash", ["--norc", "-c", "node --version; npm --version"], { env: { PATH } })).stdout).toBe(
        "v18.20.8\n9.2.0\n",
      );
      const old = await start(join(project, "deploy"), {
        PATH,
        NODE_ENV: "production",
        PUBLIC_ORIGIN: "https://panel.example.com",
      });
      // It installs and builds everything first.
      const link = /First start: .*\/setup#token=[\w-]{43}/;
      await checkWithin(() => old.exitCode() !== null || link.test(old.output()), 3 * HANG_MS, 250);
      const output = old.output();
      expect(output).toMatch(link);
      expect(output).toContain(`AI Desktop is running: http://localhost:${ports[0]}`);
      expect(output).toContain("Building the web app…");
      expect(output).not.toMatch(/warn|EBADENGINE|DEP0/i);
      // By either name of this machine, although another address is set up.
      for (const name of ["localhost", "127.0.0.1"]) {
        const [origin, api] = ports.map((port) => `http://${name}:${port}`) as [string, string];
        const page = await fetch(origin);
        expect(page.headers.get("content-security-policy")).toContain(`connect-src 'self' ${api} `);
        expect(await page.text()).toContain(`<meta name="api-port" content="${ports[1]}">`);
        const { headers } = await fetch(`${api}/api/setup`, { headers: { Origin: origin } });
        expect(headers.get("access-control-allow-origin")).toBe(origin);
      }

      const again = await start(join(project, "deploy"), { PATH });
      expect((await again.exited).code).toBe(0);
      expect(again.output()).toBe(`AI Desktop is already running: http://localhost:${ports[0]}\n`);

      old.signal("SIGINT"); // as Ctrl-C does
      expect((await old.exited).code).toBe(0);
      expect(await listening()).toBe(0);
    } finally {
      await registry.close();
    }
    await rm(join(project, ".toolchain"), { recursive: true });
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(ports[1], "127.0.0.1", resolve));
    try {
      const none = await start(join(project, "deploy"), { PATH: bare });
      expect((await none.exited).code).toBe(1);
      expect(none.output()).toBe(
        `Port ${ports[1]} (ai-desktop-backend) is taken by another program: end it, or set API_PORT.\n`,
      );
      expect(await listening()).toBe(1);
    } finally {
      server.close();
    }
  });
});
