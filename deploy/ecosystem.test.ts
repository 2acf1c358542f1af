import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { configVariables } from "../shared/server/config.ts";
import { projectFolder } from "../shared/testing/service-process.ts";

const run = promisify(execFile);
const path = join(import.meta.dirname, "ecosystem.config.cjs");

interface App {
  name: string;
  interpreter: string;
  env: Record<string, string>;
  kill_timeout: number;
}

/** Reads the file as PM2 does: in a process of its own, with the caller's environment. */
async function readApps(env: Record<string, string>): Promise<App[]> {
  const print = `process.stdout.write(JSON.stringify(require(${JSON.stringify(path)}).apps))`;
  const { stdout } = await run(process.execPath, ["-e", print], { env: { AI_DESKTOP_ENV: "/none", ...env } });
  return JSON.parse(stdout) as App[];
}

test("names the three services of the contract and their ports", async () => {
  const apps = await readApps({});
  expect(apps.map(({ name, env }) => [name, env.PORT ?? env.WS_PORT])).toEqual([
    ["ai-desktop-frontend", "3005"],
    ["ai-desktop-backend", "3006"],
    ["ai-desktop-websocket", "3007"],
  ]);
  for (const app of apps) expect(app.kill_timeout).toBe(8_000);
});

test("starts more realtime servers when told their ports", async () => {
  const apps = await readApps({ WS_MORE_PORTS: "3008,3009" });
  expect(apps.slice(2).map(({ name, env }) => [name, env.WS_PORT])).toEqual([
    ["ai-desktop-websocket", "3007"],
    ["ai-desktop-websocket-3008", "3008"],
    ["ai-desktop-websocket-3009", "3009"],
  ]);
});

test("hands every variable on that the services read, and nothing else of the caller's environment", async () => {
  const names = configVariables.filter((name) => !["NODE_ENV", "PORT", "WS_PORT"].includes(name));
  const given = Object.fromEntries(names.map((name) => [name, `value of ${name}`]));
  for (const { env } of await readApps({ ...given, GITHUB_TOKEN: "secret" })) {
    expect(env).toMatchObject(given);
    expect(env).not.toHaveProperty("GITHUB_TOKEN");
  }
});

test("uses the Node that the project brings along", async () => {
  const [app] = await readApps({});
  const { stdout } = await run(app?.interpreter ?? "", ["--version"]);
  expect(Number(stdout.slice(1).split(".")[0])).toBeGreaterThanOrEqual(24);
});

test("every variable is in the operators' documents", async () => {
  const document = await readFile(join(projectFolder, "docs/configuration.md"), "utf8");
  expect(configVariables.filter((name) => !document.includes(`\`${name}\``))).toEqual([]);
});
