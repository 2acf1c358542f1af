import process from "node:process";
import { createDockerHost } from "../shared/host/docker.ts";
import { createFileRoot } from "../shared/host/files.ts";
import { createHostMetrics } from "../shared/host/metrics.ts";
import { createProcessHost } from "../shared/host/processes.ts";
import { allowedOrigins, type Config, ConfigError, parseConfig } from "../shared/server/config.ts";
import { loadEmitToken } from "../shared/server/emit-token.ts";
import { createLog, type Log } from "../shared/server/log.ts";
import { createOriginPolicy } from "../shared/server/origin-policy.ts";
import { makePrivateFolder } from "../shared/server/private-file.ts";
import { stopOnSignals } from "../shared/server/shutdown.ts";
import { createAccess } from "./access/access.ts";
import { createApi } from "./app.ts";
import { openDatabase } from "./database/database.ts";
import type { ApiDeps } from "./deps.ts";
import { createHttpServer, type HttpServer } from "./http-server.ts";
import { createDependencies } from "./lib/dependencies.ts";
import { createWsClient } from "./lib/ws-client.ts";
import { createMcpHost } from "./mcp/host.ts";

const DEFAULT_PORT = 3006;

/** The real parts. `close` ends them in the reverse order of their making. */
function createDeps(config: Config, port: number, log: Log): { deps: ApiDeps; close(): Promise<void> } {
  makePrivateFolder(config.DATA_DIR);
  const emitToken = loadEmitToken(config);
  const database = openDatabase(config.DATA_DIR);
  const originPolicy = createOriginPolicy(allowedOrigins(config, process.platform), [port], [config.BACKEND_URL]);
  const docker = createDockerHost({ dockerHost: config.DOCKER_HOST });
  const processes = createProcessHost({ pm2Home: config.PM2_HOME });
  const files = createFileRoot({
    ...{ root: config.FILE_MANAGER_ROOT, uploadMax: config.FILE_UPLOAD_MAX, log, protect: [config.DATA_DIR] },
  });
  const realtime = createWsClient({ url: config.WS_SERVER_URL, token: emitToken, log });
  const mcp = createMcpHost({ database, realtime, log, config });
  const dependencies = createDependencies({ docker, processes, files, realtime, redisUrl: config.REDIS_URL });
  const announce = (line: string) => void process.stdout.write(`${line}\n`);
  const access = createAccess({
    ...{ database, dataDir: config.DATA_DIR, config, originPolicy, emitToken, realtime, log, announce },
  });
  return {
    deps: {
      ...{ access, database, docker, processes, metrics: createHostMetrics(), files, realtime, dependencies },
      ...{ mcp, originPolicy, log, production: config.NODE_ENV === "production" },
    },
    async close() {
      access.close();
      await realtime.close();
      database.close();
    },
  };
}

async function start(): Promise<void> {
  const config = parseConfig(process.env);
  const log = createLog({ level: config.LOG_LEVEL, readable: config.NODE_ENV !== "production", service: "api" });
  let app: ReturnType<typeof createApi> | undefined;
  const server = createHttpServer((request, env) => app?.fetch(request, env) ?? new Response(null, { status: 503 }));
  // The port comes first: a second instance by mistake must not touch the state of the one that runs.
  const port = await listen(server, config.PORT ?? DEFAULT_PORT, config.HOST);
  const { deps, close } = createDeps(config, port, log);
  app = createApi(deps);
  stopOnSignals(log, async () => {
    // Together: servers that do not end by themselves take most of the time there is.
    await Promise.all([server.close(), deps.mcp.close()]);
    await close();
  });
  log.info({ host: config.HOST, port }, `API on ${config.HOST}:${port}`);
  process.send?.("ready"); // PM2 waits for it
}

async function listen(server: HttpServer, port: number, host: string): Promise<number> {
  try {
    return await server.listen(port, host);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
    throw new ConfigError(`Port ${port} is taken; set PORT or stop the other program.`);
  }
}

start().catch((error: unknown) => {
  if (!(error instanceof ConfigError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
});
