import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { request as httpRequest, type IncomingHttpHeaders } from "node:http";
import type { RevokedSubjects } from "../../shared/protocol/access.ts";
import { type Config, parseConfig } from "../../shared/server/config.ts";
import { createOriginPolicy } from "../../shared/server/http/origin-policy.ts";
import { type Log, silentLog } from "../../shared/server/log.ts";
import { freePort } from "../../shared/testing/free-port.ts";
import { type TempFolder, tempFolder } from "../../shared/testing/temp-folder.ts";
import { createApi } from "../app.ts";
import type { Trail } from "../audit/trail.ts";
import { createApiDeps } from "../create-deps.ts";
import { createRealtimeClient, type RealtimeClient } from "../events/realtime-client.ts";
import type { GuardOptions } from "../http/guard.ts";
import { createHttpServer } from "../http/server.ts";
import type { Access } from "./access.ts";
import { type ClockSources, machineClock } from "./clock.ts";
import type { PasswordCost } from "./login/passwords.ts";

export const WEB_ORIGIN = "http://localhost:3005";
export const EMIT_TOKEN = "e".repeat(43);
export const PASSWORD = "correct horse battery staple";

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever fields it expects.
  body: any;
  /** `name=value` of the cookie that was set, to be sent back. */
  cookie: string | undefined;
}

export interface Ask {
  body?: unknown;
  cookie?: string | undefined;
  token?: string;
  /** The web app's when not given; null leaves it out. */
  origin?: string | null;
  headers?: Record<string, string | string[]>;
  /** Local address to call from: each of 127.0.0.0/8 is an address of its own. */
  from?: string;
  raw?: string | Uint8Array;
}

export interface TestAccess {
  access: Access;
  trail: Trail;
  app: ReturnType<typeof createApi>;
  port: number;
  dataDir: string;
  origin: string;
  /** Lines the operator saw. */
  console: string[];
  revoked: RevokedSubjects[];
  ask(method: string, path: string, ask?: Ask): Promise<Answer>;
  /** Makes the first administrator and gives the cookie. */
  setUp(name?: string): Promise<string>;
  login(username: string, password?: string, ask?: Ask & { code?: string }): Promise<Answer>;
  /** Removes all users except `ada`, with their sessions, and forgets the revocations so far. */
  removeOtherUsers(): void;
  /** Stops and starts again on the same state; `between` happens while it is down. */
  restart(between?: () => void): Promise<void>;
  stop(): Promise<void>;
}

/** A hash of production takes a tenth of a second, and tests create hundreds that need no strength. */
export const CHEAP: PasswordCost = { memoryCost: 8, timeCost: 1, parallelism: 1 };

export interface TestAccessOptions {
  /** {@link CHEAP} when absent. */
  passwordCost?: PasswordCost;
  env?: Record<string, string>;
  clock?: ClockSources;
  guard?: GuardOptions;
  log?: Log;
}

/** The whole API on a real port, with a state folder of its own; sockets to be cut are noted instead of cut. */
export async function startAccess(options: TestAccessOptions = {}): Promise<TestAccess> {
  const folder: TempFolder = await tempFolder("access");
  const config = parseConfig({
    DATA_DIR: `${folder.path}/data`,
    PM2_HOME: `${folder.path}/pm2`,
    PM2_DAEMONS: "own",
    FILE_MANAGER_ROOT: `${folder.path}/files`,
    WS_SERVER_URL: `http://127.0.0.1:${await freePort()}`,
    NODE_ENV: "test",
    // Access needs neither, and a test starts many of these.
    LOG_STORE_MAX_BYTES: "0",
    STATS_INTERVAL: "0",
    ...options.env,
  });
  mkdirSync(config.FILE_MANAGER_ROOT);
  const port = await freePort();
  const consoleLines: string[] = [];
  const revoked: RevokedSubjects[] = [];
  let running = await start(config, port, options, consoleLines, revoked);

  const test: TestAccess = {
    get access() {
      return running.access;
    },
    get trail() {
      return running.trail;
    },
    get app() {
      return running.app;
    },
    port,
    dataDir: config.DATA_DIR,
    origin: WEB_ORIGIN,
    console: consoleLines,
    revoked,
    ask: (method, path, ask = {}) => send(port, method, path, ask),
    setUp: async (username = "ada") => {
      const token = /#token=(\S+)/.exec(consoleLines.at(-1) ?? "")?.[1];
      const answer = await test.ask("POST", "/api/setup", { body: { token, username, password: PASSWORD } });
      if (answer.status !== 201 || !answer.cookie) throw new Error(`set-up failed: ${answer.text}`);
      return answer.cookie;
    },
    login: (username, password = PASSWORD, { code, ...ask } = {}) =>
      test.ask("POST", "/api/session", { ...ask, body: { username, password, ...(code ? { code } : {}) } }),
    removeOtherUsers: () => {
      const { users, sessions } = running.access;
      for (const { id, name } of users.all()) {
        if (name === "ada") continue;
        sessions.end(sessions.of(id).map((session) => session.id));
        users.remove(id);
      }
      revoked.length = 0;
    },
    restart: async (between) => {
      await running.stop();
      between?.();
      running = await start(config, port, options, consoleLines, revoked);
    },
    stop: async () => {
      await running.stop();
      await folder.remove();
    },
  };
  return test;
}

async function start(
  config: Config,
  port: number,
  { clock = machineClock, guard = {}, log = silentLog(), passwordCost = CHEAP }: TestAccessOptions,
  consoleLines: string[],
  revoked: RevokedSubjects[],
) {
  const originPolicy = createOriginPolicy([WEB_ORIGIN, ...config.PUBLIC_ORIGIN], [port]);
  const client = createRealtimeClient({ url: config.WS_SERVER_URL, token: EMIT_TOKEN, log: silentLog() });
  const realtime: RealtimeClient = {
    ...client,
    revoke: ({ sessionIds = [], principalIds = [] }) => void revoked.push({ sessionIds, principalIds }),
  };
  const announce = (line: string) => void consoleLines.push(line);
  const parts = createApiDeps({
    config: { ...config, NODE_ENV: "production" },
    log,
    originPolicy,
    emitToken: EMIT_TOKEN,
    realtime,
    announce,
    clock,
    passwordCost,
  });
  const { deps } = parts;
  const app = createApi(deps, guard);
  const server = createHttpServer((request, env) => app.fetch(request, env));
  await server.listen(port, "127.0.0.1");
  let stopped = false;
  return {
    access: deps.access,
    trail: deps.trail,
    app,
    stop: async () => {
      if (stopped) return;
      stopped = true;
      server.http.closeAllConnections();
      await Promise.all([server.close(), parts.stop()]);
      await client.close(0);
      parts.close();
    },
  };
}

/** One request, every header under the test's control. */
export async function send(port: number, method: string, path: string, ask: Ask): Promise<Answer> {
  const body = ask.raw ?? (ask.body === undefined ? undefined : JSON.stringify(ask.body));
  const origin = ask.origin === undefined ? WEB_ORIGIN : ask.origin;
  const request = httpRequest({
    host: "127.0.0.1",
    port,
    method,
    path,
    agent: false,
    ...(ask.from ? { localAddress: ask.from } : {}),
    headers: {
      ...(origin === null ? {} : { Origin: origin }),
      ...(ask.cookie ? { Cookie: ask.cookie } : {}),
      ...(ask.token ? { Authorization: `Bearer ${ask.token}` } : {}),
      ...(body === undefined ? {} : { "Content-Type": "application/json", "Content-Length": Buffer.byteLength(body) }),
      ...ask.headers,
    },
  });
  request.end(body);
  const [response] = await once(request, "response");
  let text = "";
  for await (const chunk of response.setEncoding("utf8")) text += chunk;
  const [cookie] = (response.headers["set-cookie"] ?? []).map((line: string) => line.split(";")[0] ?? "");
  const isJson = String(response.headers["content-type"]).startsWith("application/json");
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    text,
    body: isJson && text !== "" ? JSON.parse(text) : undefined,
    cookie,
  };
}

/** A clock a test moves: `wall` is stepped alone, `pass` lets real time go by. */
export function createTestClock(): ClockSources & { pass(ms: number): void; step(ms: number): void; reboot(): void } {
  let wall = Date.UTC(2026, 0, 15);
  let uptime = 1_000_000;
  let boots = 1;
  return {
    wall: () => wall,
    uptime: () => uptime,
    boot: () => `boot-${boots}`,
    pass: (ms) => {
      wall += ms;
      uptime += ms;
    },
    step: (ms) => {
      wall += ms;
    },
    reboot: () => {
      boots++;
      uptime = 0;
    },
  };
}
