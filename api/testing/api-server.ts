import { join } from "node:path";
import type { ResourceScope, Role } from "../../shared/protocol/access.ts";
import type { Job } from "../../shared/protocol/job.ts";
import { parseConfig } from "../../shared/server/config.ts";
import { createOriginPolicy } from "../../shared/server/http/origin-policy.ts";
import { silentLog } from "../../shared/server/log.ts";
import { HANG_MS } from "../../shared/testing/eventually.ts";
import { tempFolder } from "../../shared/testing/temp-folder.ts";
import { type Answer, type Ask, CHEAP, EMIT_TOKEN, PASSWORD, send, WEB_ORIGIN } from "../access/testing.ts";
import type { AnyAction } from "../actions/action.ts";
import { createApi } from "../app.ts";
import { createApiDeps } from "../create-deps.ts";
import type { ApiDeps } from "../deps.ts";
import type { GuardOptions } from "../http/guard.ts";
import { createHttpServer } from "../http/server.ts";
import { createEmitRecorder, type EmittedEvent } from "./route-server.ts";

export interface TestApi {
  port: number;
  deps: ApiDeps;
  /** Events sent to viewers so far. */
  emitted: EmittedEvent[];
  /** As the administrator, unless a cookie or a token is given. */
  ask(method: string, path: string, ask?: Ask): Promise<Answer>;
  /** Cookie of a new user. */
  loginAs(role: Role, limits?: Partial<ResourceScope>): Promise<string>;
  /** Waits for the end of the job in a response with status 202. */
  ended(response: { status: number; text: string; body: { job?: Job } }): Promise<Job>;
  close(): Promise<void>;
}

export interface TestApiOptions {
  dockerHost?: string;
  pm2Home?: string;
  /** Stores logs only when this is given: most tests need no workers. */
  logStore?: { maxBytes?: number; maxDays?: number };
  /** More variables of the environment. */
  env?: Record<string, string>;
  /** Actions beside those of the list. */
  actions?: readonly AnyAction[];
  guard?: GuardOptions;
  /** Replaces some of the parts. */
  change?(deps: ApiDeps): Partial<ApiDeps>;
}

/** The whole API on a free port, with its own state folder. Events to the realtime server are recorded instead. */
export async function startApi({
  dockerHost,
  pm2Home,
  logStore,
  env,
  actions,
  guard,
  change,
}: TestApiOptions = {}): Promise<TestApi> {
  const folder = await tempFolder("api");
  const config = parseConfig({
    DATA_DIR: join(folder.path, "data"),
    FILE_MANAGER_ROOT: folder.path,
    DOCKER_HOST: dockerHost ?? "unix:///nonexistent/docker.sock",
    PM2_HOME: pm2Home ?? join(folder.path, "pm2"),
    PM2_DAEMONS: "own",
    NODE_ENV: "test",
    LOG_STORE_MAX_BYTES: String(logStore ? (logStore.maxBytes ?? 64 * 1024 * 1024) : 0),
    LOG_STORE_MAX_DAYS: String(logStore?.maxDays ?? 14),
    STATS_INTERVAL: "0",
    ...env,
  });
  const log = silentLog();
  const { realtime, emitted } = createEmitRecorder();
  let app: ReturnType<typeof createApi> | undefined;
  const server = createHttpServer((request, env) => app?.fetch(request, env) ?? new Response(null, { status: 503 }));
  const port = await server.listen(0, "127.0.0.1");
  const originPolicy = createOriginPolicy([WEB_ORIGIN], [port]);
  const lines: string[] = [];
  const announce = (line: string) => void lines.push(line);
  const parts = createApiDeps({
    config,
    log,
    originPolicy,
    emitToken: EMIT_TOKEN,
    realtime,
    announce,
    passwordCost: CHEAP,
  });
  const usual = parts.deps;
  // A busy machine turns no result into a job.
  const deps = { ...usual, respondWithinMs: HANG_MS, ...change?.(usual) };
  app = createApi(deps, guard, actions);

  const token = /#token=(\S+)/.exec(lines.at(-1) ?? "")?.[1];
  const setUp = await send(port, "POST", "/api/setup", { body: { token, username: "ada", password: PASSWORD } });
  const ask: TestApi["ask"] = (method, path, more = {}) =>
    send(port, method, path, { ...("cookie" in more || more.token ? {} : { cookie: setUp.cookie }), ...more });
  let users = 0;
  return {
    port,
    deps,
    emitted,
    ask,
    ended: async ({ status, text, body }) => {
      if (status !== 202 || !body.job) throw new Error(`no job was started: ${status} ${text}`);
      return deps.jobs.finished(body.job.id);
    },
    loginAs: async (role, limits = {}) => {
      const username = `user-${++users}`;
      const body = { username, role, password: PASSWORD, limits: { services: null, deployments: null, ...limits } };
      const made = await ask("POST", "/api/users", { body });
      if (made.status !== 201) throw new Error(`cannot make a user: ${made.text}`);
      const login = await send(port, "POST", "/api/session", { body: { username, password: PASSWORD } });
      if (!login.cookie) throw new Error(`cannot log in: ${login.text}`);
      return login.cookie;
    },
    close: async () => {
      await Promise.all([server.close(), deps.mcp.close(), parts.stop()]);
      parts.close();
      await folder.remove();
    },
  };
}
