import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import process from "node:process";
import { getRequestListener } from "@hono/node-server";
import { allowedOrigins, ConfigError, parseConfig } from "../shared/server/config.ts";
import { createOriginPolicy } from "../shared/server/http/origin-policy.ts";
import { createLog } from "../shared/server/log.ts";
import { readRelease } from "../shared/server/release.ts";
import { stopOnSignals } from "../shared/server/shutdown.ts";
import { createWebApp } from "./app.ts";
import { loadAssets } from "./assets.ts";
import { readServerAddresses, toServedPage } from "./server-addresses.ts";

const build = join(import.meta.dirname, "dist");
/** Time for pending responses once the server stops. */
const STOP_GRACE_MS = 2_000;

function start(): void {
  const config = parseConfig(process.env);
  if (!existsSync(join(build, "index.html"))) {
    throw new ConfigError("The web app has not been built: run npm run build first.");
  }
  const log = createLog({ level: config.LOG_LEVEL, readable: config.NODE_ENV !== "production", service: "web" });
  const port = config.PORT ?? config.WEB_PORT;
  // Settings of the start win over those of the build.
  const built = readServerAddresses(readFileSync(join(build, "index.html"), "utf8"));
  const targets = {
    apiUrl: config.VITE_API_URL ?? built.apiUrl,
    wsUrl: config.VITE_WS_URL ?? built.wsUrl,
    apiPort: config.API_PORT,
    wsPort: config.WS_PORT,
    basePath: config.BASE_PATH,
  };
  const app = createWebApp({
    assets: loadAssets(build, (_path, html) => toServedPage(html, targets)),
    originPolicy: createOriginPolicy(allowedOrigins(config, process.platform), [port]),
    targets,
    build: readRelease().build,
    log,
  });
  const listener = getRequestListener(app.fetch);
  const server = createServer(
    { headersTimeout: 10_000, requestTimeout: 30_000, keepAliveTimeout: 65_000 },
    (request, response) => void listener(request, response),
  );
  server.once("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EADDRINUSE") log.fatal(`Port ${port} is taken; set PORT or stop the other program.`);
    else log.fatal({ err: error }, "cannot listen");
    process.exit(1);
  });
  server.listen(port, config.HOST, () => {
    log.info({ host: config.HOST, port }, `web app on ${config.HOST}:${port}`);
    process.send?.("ready");
  });
  stopOnSignals(log, async () => {
    const stopped = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeIdleConnections();
    setTimeout(() => server.closeAllConnections(), STOP_GRACE_MS).unref();
    await stopped;
  });
}

try {
  start();
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
}
