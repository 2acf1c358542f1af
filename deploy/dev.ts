import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createConnection } from "node:net";
import { join } from "node:path";
import process from "node:process";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { type Config, ConfigError, parseConfig } from "../shared/server/config.ts";
import { localServiceUrl, loopbackAddress } from "../shared/server/loopback.ts";

/** The used fields of the PM2 file: the development start runs the same programs as PM2. */
interface App {
  name: string;
  script: string;
  cwd: string;
  interpreter: string;
  env: Record<string, string>;
  env_development: Record<string, string>;
}

const compileCache = join(import.meta.dirname, "../shared/server/compile-cache.cjs");
const START_LIMIT_MS = 300_000;
/** Looks at a panel that may run already. */
const LOOKS = 10;
const LOOK_PAUSE_MS = 500;
const say = (line: string) => process.stdout.write(`${line}\n`);

const require = createRequire(import.meta.url);
const { readSettings, serviceEnvironment } = require("./settings.cjs") as {
  readSettings(environment: Record<string, string | undefined>): Record<string, string>;
  serviceEnvironment(service: string, settings: Record<string, string>): Record<string, string>;
};
const { apps } = require("./ecosystem.config.cjs") as { apps: [App, App, App] };
for (const app of apps) {
  Object.assign(app.env, serviceEnvironment(app.env.AI_DESKTOP_SERVICE ?? "", readSettings(app.env)));
}
const [web] = apps;
const configs = new Map(apps.map((app) => [app, readConfig(app)]));
const portNames: Record<string, "WEB_PORT" | "API_PORT" | "WS_PORT"> = { web: "WEB_PORT", api: "API_PORT" };
/** Name of the setting with the port of a service. */
const portNameOf = (app: App) => portNames[app.env.AI_DESKTOP_SERVICE ?? ""] ?? "WS_PORT";
const configOf = (app: App) => configs.get(app) ?? readConfig(app);
const portOf = (app: App) => configOf(app)[portNameOf(app)];
/** Returns the URL at which this program reaches a service. Users open `localhost`, for which browsers try every loopback address. */
const urlOf = (app: App) => localServiceUrl(configOf(app).HOST, portOf(app));
const address = `http://localhost:${portOf(web)}`;

function readConfig(app: App): Config {
  try {
    return parseConfig(app.env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    say(error.message);
    process.exit(1);
  }
}

async function isTaken(port: number): Promise<boolean> {
  const socket = createConnection({ port, host: loopbackAddress() });
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

/** Whether the service itself responds, not another program. */
async function isHealthy(app: App): Promise<boolean> {
  try {
    const answer = await fetch(`${urlOf(app)}${app === web ? "/" : "/health"}`, { signal: AbortSignal.timeout(2_000) });
    const text = await answer.text();
    return answer.ok && (app === web ? text.includes("AI Desktop") : text.includes('"healthy"'));
  } catch {
    return false;
  }
}

const children = new Map<App, ChildProcess>();
let stopping = false;

function start(app: App): void {
  // In a separate process group: Ctrl-C reaches only this process, which passes it on once.
  const child = spawn(app.interpreter, ["--max-semi-space-size=4", "--require", compileCache, app.script], {
    cwd: app.cwd,
    env: { ...app.env, ...app.env_development },
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  children.set(app, child);
  const label = app.name.replace("ai-desktop-", "").padEnd(9);
  for (const stream of [child.stdout, child.stderr]) {
    if (stream) createInterface({ input: stream }).on("line", (line) => say(`${label} | ${line}`));
  }
  child.once("error", (error) => say(`${label} | ${error.message}`));
  child.once("exit", (code, signal) => {
    children.delete(app);
    if (!stopping) void stop(`${app.name} ended (${signal ?? code}); stopping the others.`, 1);
  });
}

async function stop(reason: string, exitCode: number): Promise<void> {
  if (stopping) return;
  stopping = true;
  say(reason);
  const ends = [...children.values()].map((child) => once(child, "exit"));
  for (const child of children.values()) child.kill("SIGTERM");
  await Promise.race([Promise.all(ends), delay(8_000)]);
  for (const child of children.values()) child.kill("SIGKILL");
  process.exit(exitCode);
}

/** Returns the line for the first start: the address at which to create the first account, with the set-up token. */
async function setupLine(): Promise<string | undefined> {
  const answer = await fetch(`${urlOf(apps[1])}/api/setup`);
  const { needed } = (await answer.json()) as { needed?: boolean };
  if (!needed) return undefined;
  const token = readFileSync(join(configOf(web).DATA_DIR, "setup-token"), "utf8").trim();
  return `First start: create the admin account at ${address}/setup#token=${token}`;
}

/** Whether all three respond. A busy machine can take longer than one look waits. */
async function isRunning(): Promise<boolean> {
  for (let look = 1; look <= LOOKS; look++) {
    if ((await Promise.all(apps.map(isHealthy))).every(Boolean)) return true;
    if (look < LOOKS) await delay(LOOK_PAUSE_MS);
  }
  return false;
}

const taken: App[] = [];
for (const app of apps) if (await isTaken(portOf(app))) taken.push(app);
if (taken.length === apps.length && (await isRunning())) {
  say(`AI Desktop is already running: ${address}`);
  process.exit(0);
}
if (taken.length > 0) {
  for (const app of taken) {
    say(`Port ${portOf(app)} (${app.name}) is taken by another program: end it, or set ${portNameOf(app)}.`);
  }
  process.exit(1);
}

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => void stop("Stopping…", 0));
for (const app of apps) start(app);
const deadline = performance.now() + START_LIMIT_MS;
const waiting = new Set(apps);
while (waiting.size > 0 && !stopping) {
  for (const app of waiting) if (await isHealthy(app)) waiting.delete(app);
  if (waiting.size > 0 && performance.now() > deadline) {
    await stop(`No response from ${[...waiting].map((app) => app.name).join(", ")}.`, 1);
  }
  await delay(200);
}
if (!stopping) {
  const line = await setupLine().catch(() => undefined);
  say("");
  say(`AI Desktop is running: ${address}   (Ctrl-C stops it)`);
  if (line) say(line);
  say("");
}
