import process from "node:process";
import { createDockerHost } from "../shared/docker/docker-host.ts";
import { createFileRoot } from "../shared/files/root/files.ts";
import { watchFolder } from "../shared/files/watching/watcher.ts";
import { createHelperBridge } from "../shared/helper/bridge.ts";
import { createHelperClient } from "../shared/helper/client.ts";
import { createHostMetrics } from "../shared/metrics/metrics.ts";
import { createProcesses } from "../shared/pm2/daemons.ts";
import { allowedOrigins, ConfigError, parseConfig } from "../shared/server/config.ts";
import { loadEmitToken } from "../shared/server/emit-token.ts";
import { createOriginPolicy } from "../shared/server/http/origin-policy.ts";
import { createLog, type Log } from "../shared/server/log.ts";
import { shellOwner } from "../shared/server/shell-owner.ts";
import { stopOnSignals } from "../shared/server/shutdown.ts";
import type { BusHandlers } from "./cluster/bus.ts";
import { createApiAuthenticator } from "./handshake/api-authenticator.ts";
import { createRealtimeServer } from "./listener.ts";
import { endOrphanedShells } from "./shells/orphaned-shells.ts";
import { createShellReports } from "./shells/shell-reports.ts";

/** Loads the Redis client, which a single realtime server does not need. */
async function toRedisBus(url: string, emitToken: string, log: Log) {
  const { openRedisBus } = await import("./cluster/redis-bus.ts");
  return (handlers: BusHandlers) => openRedisBus(url, emitToken, handlers, log);
}

async function start(): Promise<void> {
  const config = parseConfig(process.env);
  const log = createLog({ level: config.LOG_LEVEL, readable: config.NODE_ENV !== "production", service: "realtime" });
  const emitToken = loadEmitToken(config);
  const origins = allowedOrigins(config, process.platform);
  const docker = createDockerHost({ dockerHost: config.DOCKER_HOST });
  const reports = createShellReports(config.BACKEND_URL, emitToken, log);
  const openBus = config.REDIS_URL === undefined ? undefined : await toRedisBus(config.REDIS_URL, emitToken, log);
  const helper = createHelperClient();
  const server = createRealtimeServer({
    docker,
    reportShell: reports.send,
    processes: createProcesses({
      pm2Home: config.PM2_HOME,
      shown: config.PM2_DAEMONS,
      bridge: createHelperBridge(helper),
    }),
    metrics: createHostMetrics(),
    files: createFileRoot({ root: config.FILE_MANAGER_ROOT, log, protect: [config.DATA_DIR] }),
    watchFolder,
    authenticator: createApiAuthenticator(config.BACKEND_URL, emitToken),
    originPolicy: createOriginPolicy(origins, [config.WS_PORT], [config.WS_SERVER_URL]),
    trustedProxies: config.TRUSTED_PROXIES,
    caps: {
      total: config.MAX_SOCKETS,
      perSession: config.MAX_SOCKETS_PER_SESSION,
      perAddress: config.MAX_SOCKETS_PER_ADDRESS,
    },
    emitToken,
    openBus,
    log,
  });
  log.info({ origins }, `CORS Origins: ${origins.join(", ")}`);
  server.http.once("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EADDRINUSE")
      log.fatal(`Port ${config.WS_PORT} is taken; set WS_PORT or stop the other program.`);
    else log.fatal({ err: error }, "cannot listen");
    process.exit(1);
  });
  server.http.listen(config.WS_PORT, config.HOST, () => {
    log.info({ host: config.HOST, port: config.WS_PORT }, `realtime server on ${config.HOST}:${config.WS_PORT}`);
    process.send?.("ready");
    if (config.REDIS_URL === undefined) void endOrphanedShells(docker, shellOwner(emitToken), reports.send, log);
  });
  stopOnSignals(log, async () => {
    await server.close();
    helper.close();
    await reports.close();
  });
}

start().catch((error: unknown) => {
  if (!(error instanceof ConfigError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
});
