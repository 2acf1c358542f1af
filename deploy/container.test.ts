import { execFile } from "node:child_process";
import { accessSync, constants, globSync, readFileSync } from "node:fs";
import { cp, mkdir, readdir, symlink } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import process from "node:process";
import { promisify } from "node:util";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { type Child, startChild } from "../shared/testing/child.ts";
import { eventually } from "../shared/testing/eventually.ts";
import { canConnect, freePort } from "../shared/testing/free-port.ts";
import { lacks } from "../shared/testing/parts.ts";
import { projectFolder } from "../shared/testing/service-process.ts";
import { type TempFolder, tempFolder } from "../shared/testing/temp-folder.ts";

const run = promisify(execFile);

interface Instruction {
  name: string;
  rest: string;
}

/** Instructions of the Dockerfile, with continued lines joined, split at each FROM. */
function readStages(): Instruction[][] {
  const text = readFileSync(join(import.meta.dirname, "Dockerfile"), "utf8").replace(/\\\n\s*/g, " ");
  const stages: Instruction[][] = [];
  for (const line of text.split("\n")) {
    const [, name = "", rest = ""] = /^([A-Z]+)\s+(.*)$/.exec(line) ?? [];
    if (name === "FROM") stages.push([]);
    if (name) stages.at(-1)?.push({ name, rest });
  }
  return stages;
}

const stages = readStages();
const last = stages.at(-1) ?? [];
const find = (name: string) => last.filter((instruction) => instruction.name === name).map(({ rest }) => rest);

const countFiles = async (folder: string) =>
  (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile()).length;

describe("the image", () => {
  test("does not run as root, has a health check, and starts without a shell", () => {
    expect(find("USER")).toEqual(["node"]);
    expect(find("HEALTHCHECK")[0]).toContain("--interval=");
    const command: string[] = JSON.parse(find("CMD")[0] ?? "[]");
    accessSync(join(projectFolder, command[0] ?? ""), constants.X_OK);
  });

  test("pins the release of its base, copies only existing files and adds no remote ones", () => {
    for (const stage of stages) {
      expect(stage[0]?.rest).toMatch(/^node:24-bookworm-slim( AS \w+)?$/);
      expect(stage.some(({ name }) => name === "ADD")).toBe(false);
      for (const { rest } of stage.filter(({ name, rest: words }) => name === "COPY" && !words.startsWith("--from"))) {
        for (const source of rest.split(" ").slice(0, -1)) {
          if (source === ".") continue;
          expect(globSync(source, { cwd: projectFolder }).length, source).toBeGreaterThan(0);
        }
      }
    }
  });

  test("installs by the lock file and runs no package scripts", () => {
    const installs = stages.flat().filter(({ name, rest }) => name === "RUN" && rest.includes("npm ci"));
    expect(installs).toHaveLength(1);
    for (const { rest } of installs) expect(rest).toContain("--ignore-scripts");
  });
});

describe("a container of the image", () => {
  let folder: TempFolder;
  let app: string;
  let container: Child | undefined;
  beforeAll(async () => {
    folder = await tempFolder("image");
    app = await assemble();
  });
  afterEach(() => container?.stop());
  afterAll(() => folder.remove());

  /** Copies the files of the last stage to a folder that represents the image. */
  async function assemble(): Promise<string> {
    const image = join(folder.path, "app");
    await mkdir(image);
    await symlink(join(projectFolder, "node_modules"), join(image, "node_modules"));
    for (const copy of find("COPY")) {
      const words = copy.replace(/^--from=\w+ /, "").split(" ");
      const target = words.at(-1) ?? "";
      for (const source of words
        .slice(0, -1)
        .flatMap((word) => globSync(word.replace(/^\/app\//, ""), { cwd: projectFolder }))) {
        if (source === "node_modules") continue;
        const path = target.endsWith("/") ? join(image, target, basename(source)) : join(image, target);
        await mkdir(dirname(path), { recursive: true });
        await cp(join(projectFolder, source), path, { recursive: true, filter: (name) => !name.endsWith(".test.ts") });
      }
    }
    return image;
  }

  test.each(["web", "api", "realtime"])("starts the service %s, is healthy and stops", async (service) => {
    const port = String(await freePort());
    const env = {
      PATH: `${dirname(process.execPath)}:${process.env.PATH}`,
      HOME: folder.path,
      NODE_ENV: "production",
      AI_DESKTOP_SERVICE: service,
      PORT: port,
      WS_PORT: port,
      HOST: "0.0.0.0",
      DATA_DIR: join(folder.path, "data"),
      FILE_MANAGER_ROOT: folder.path,
      PM2_HOME: "/nonexistent",
      NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE || join(folder.path, "compiled"),
    };
    container = await startChild(join(app, "deploy/container.sh"), [], { env, cwd: "/" });
    const started = container;
    await eventually(async () => {
      if (started.exitCode() !== null) throw new Error(`it ended: ${started.output()}`);
      return await canConnect(Number(port));
    });
    // The API opens its port before its state.
    await eventually(() => run(process.execPath, [join(app, "deploy/container-health.ts")], { env }));
    started.signal("SIGTERM");
    const end = await started.exited;
    // On a busy machine it may take longer than it waits for itself, which it says.
    const tookLong = started.output().includes("stop took too long");
    expect(end).toEqual({ code: tookLong ? 1 : 0, signal: null });
    await expect(run(process.execPath, [join(app, "deploy/container-health.ts")], { env })).rejects.toThrow();
  });

  test("finds the modules compiled, as the build of the image leaves them", async () => {
    const compiled = join(folder.path, "built");
    const port = String(await freePort());
    const env = {
      PATH: `${dirname(process.execPath)}:${process.env.PATH}`,
      HOME: folder.path,
      TMPDIR: folder.path,
      NODE_ENV: "production",
      PORT: port,
      WS_PORT: port,
      DOCKER_HOST: "unix:///nonexistent",
      PM2_HOME: "/nonexistent",
      NODE_COMPILE_CACHE: compiled,
    };
    const before = await readdir(folder.path);
    await run(join(app, "deploy/compile-modules.sh"), [], { env });
    expect(await readdir(folder.path)).toEqual([...before, "built"].sort());
    const entries = await countFiles(compiled);
    container = await startChild(join(app, "deploy/container.sh"), [], {
      env: {
        ...env,
        AI_DESKTOP_SERVICE: "realtime",
        DATA_DIR: join(folder.path, "data"),
        FILE_MANAGER_ROOT: folder.path,
      },
    });
    await eventually(() => canConnect(Number(port)));
    container.signal("SIGTERM");
    await container.exited;
    expect(entries).toBeGreaterThan(500);
    expect(await countFiles(compiled)).toBe(entries);
  });

  test("reports that the service is not set", async () => {
    container = await startChild(join(import.meta.dirname, "container.sh"), [], { env: { PATH: process.env.PATH } });
    expect(await container.exited).toMatchObject({ code: 1 });
    expect(container.output()).toBe("AI_DESKTOP_SERVICE must be web, api or realtime.\n");
  });
});

test.skipIf(await lacks("compose"))("the compose example works with Compose, including 1.29", async () => {
  const file = ["-p", "ai-desktop", "-f", join(import.meta.dirname, "compose.yaml"), "config"];
  const { stdout } = await run("docker-compose", file).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT") throw error;
    return run("docker", ["compose", ...file]);
  });
  const config = parse(stdout) as { services: object; volumes: { state: { name: string } } };
  expect(Object.keys(config.services).sort()).toEqual(["api", "realtime", "web"]);
  // The volume has a fixed name, so that the state does not depend on the project's name.
  expect(config.volumes.state.name).toBe("ai-desktop_state");
});

test("the compose example starts all three on loopback only, without unneeded rights", () => {
  const text = readFileSync(join(import.meta.dirname, "compose.yaml"), "utf8");
  const { services } = parse(text, { merge: true }) as {
    services: Record<string, Record<string, unknown> & { ports: string[]; environment: Record<string, string> }>;
  };
  expect(Object.values(services).map(({ environment }) => environment.AI_DESKTOP_SERVICE)).toEqual([
    "web",
    "api",
    "realtime",
  ]);
  for (const service of Object.values(services)) {
    for (const port of service.ports) expect(port).toMatch(/^127\.0\.0\.1:/);
    expect(service).toMatchObject({ cap_drop: ["ALL"], read_only: true, security_opt: ["no-new-privileges:true"] });
    expect(service.privileged).toBeUndefined();
    expect(service.environment.WS_SERVER_URL).toBe("http://realtime:3007");
  }
});
