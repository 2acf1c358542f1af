import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { configVariables, parseConfig } from "../shared/server/config.ts";
import { projectFolder } from "../shared/testing/service-process.ts";
import { tempFolder } from "../shared/testing/temp-folder.ts";

const run = promisify(execFile);
const path = join(import.meta.dirname, "ecosystem.config.cjs");

interface App {
  name: string;
  script: string;
  interpreter: string;
  interpreter_args: string[];
  env: Record<string, string>;
  kill_timeout: number;
}

/** Reads the file like PM2: in a separate process with the caller's environment. */
async function readApps(env: Record<string, string>): Promise<App[]> {
  const print = `process.stdout.write(JSON.stringify(require(${JSON.stringify(path)}).apps))`;
  const { stdout } = await run(process.execPath, ["-e", print], { env: { AI_DESKTOP_ENV: "/none", ...env } });
  return JSON.parse(stdout) as App[];
}

/** Environment of a service at its start: from PM2, and from the settings file that it reads before its first line. */
async function startedEnvironment({ interpreter, interpreter_args, env }: App): Promise<Record<string, string>> {
  const print = "process.stdout.write(JSON.stringify(process.env))";
  const { stdout } = await run(interpreter, [...interpreter_args, "-e", print], { env });
  return JSON.parse(stdout) as Record<string, string>;
}

async function portsOf(apps: App[]): Promise<[string, number][]> {
  const environments = await Promise.all(apps.map(startedEnvironment));
  return apps.map(({ name }, index) => {
    const { WEB_PORT, API_PORT, WS_PORT } = parseConfig(environments[index] ?? {});
    return [name, name.includes("frontend") ? WEB_PORT : name.includes("backend") ? API_PORT : WS_PORT];
  });
}

test("names the three services and their ports", async () => {
  const apps = await readApps({});
  expect(await portsOf(apps)).toEqual([
    ["ai-desktop-frontend", 3005],
    ["ai-desktop-backend", 3006],
    ["ai-desktop-websocket", 3007],
  ]);
  for (const app of apps) {
    expect(app.kill_timeout).toBe(8_000);
    expect(app.env.MALLOC_ARENA_MAX).toBe("2");
    expect(app.interpreter_args).toContain("--max-semi-space-size=4");
  }
});

test("lets the services find each other by the numeric loopback address", async () => {
  for (const app of await readApps({ API_PORT: "4006", WS_PORT: "4007" })) {
    expect(parseConfig(await startedEnvironment(app))).toMatchObject({
      WS_SERVER_URL: "http://127.0.0.1:4007",
      BACKEND_URL: "http://127.0.0.1:4006",
    });
  }
});

test("lets the services find each other at the address they listen on", async () => {
  for (const app of await readApps({ HOST: "2001:db8::7", WS_PORT: "4007" })) {
    expect(parseConfig(await startedEnvironment(app))).toMatchObject({
      WS_SERVER_URL: "http://[2001:db8::7]:4007",
      BACKEND_URL: "http://[2001:db8::7]:3006",
    });
  }
});

test("starts further realtime servers on the given ports", async () => {
  const apps = await readApps({ WS_MORE_PORTS: "3008,3009" });
  expect((await portsOf(apps)).slice(2)).toEqual([
    ["ai-desktop-websocket", 3007],
    ["ai-desktop-websocket-3008", 3008],
    ["ai-desktop-websocket-3009", 3009],
  ]);
});

test("passes on every variable that the services read, and nothing else of the caller's environment", async () => {
  const names = configVariables.filter((name) => !["NODE_ENV", "PORT", "WS_PORT"].includes(name));
  const given = Object.fromEntries(names.map((name) => [name, `value of ${name}`]));
  for (const app of await readApps({ ...given, GITHUB_TOKEN: "secret" })) {
    // One that only a service started by hand reads, and that shells often have.
    const env = await startedEnvironment({ ...app, env: { ...app.env, PORT: "8080" } });
    expect(env).not.toHaveProperty("PORT");
    expect(env).toMatchObject(given);
    expect(env).not.toHaveProperty("GITHUB_TOKEN");
  }
});

test("lets a service read the settings file at its start, overridden by the environment of PM2's caller", async () => {
  const folder = await tempFolder("ecosystem");
  try {
    const settings = join(folder.path, "env");
    await writeFile(settings, "WEB_PORT=4005\nLOG_LEVEL=debug\nMCP_ALLOWED_COMMANDS=npx\nNODE_OPTIONS=--inspect\n");
    const [web] = await readApps({ AI_DESKTOP_ENV: settings, LOG_LEVEL: "warn" });
    if (!web) throw new Error("no app");
    expect(web.env).not.toHaveProperty("MCP_ALLOWED_COMMANDS"); // nor in PM2's list of processes and its dump
    expect(await startedEnvironment(web)).toMatchObject({
      WEB_PORT: "4005",
      LOG_LEVEL: "warn",
      MCP_ALLOWED_COMMANDS: "npx",
    });
    expect(await startedEnvironment(web)).not.toHaveProperty("NODE_OPTIONS");
    await writeFile(settings, "WEB_PORT=4006\n");
    const restarted = await startedEnvironment(web);
    expect(restarted).toMatchObject({ WEB_PORT: "4006" });
    expect(restarted).not.toHaveProperty("MCP_ALLOWED_COMMANDS");
  } finally {
    await folder.remove();
  }
});

test("uses the project's own Node", async () => {
  const [app] = await readApps({});
  const { stdout } = await run(app?.interpreter ?? "", ["--version"]);
  expect(Number(stdout.slice(1).split(".")[0])).toBeGreaterThanOrEqual(24);
});

test("every variable is documented for operators", async () => {
  const document = await readFile(join(projectFolder, "docs/configuration.md"), "utf8");
  expect(configVariables.filter((name) => !document.includes(`\`${name}\``))).toEqual([]);
});
