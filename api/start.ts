import process from "node:process";
import { allowedOrigins, ConfigError, parseConfig } from "../shared/server/config.ts";
import { loadEmitToken } from "../shared/server/emit-token.ts";
import { createOriginPolicy } from "../shared/server/http/origin-policy.ts";
import { createLog } from "../shared/server/log.ts";
import { makePrivateFolder } from "../shared/server/private-file.ts";
import { stopOnSignals } from "../shared/server/shutdown.ts";
import { createApi } from "./app.ts";
import { createApiDeps } from "./create-deps.ts";
import { wayBack } from "./database/copies.ts";
import { isDamage } from "./database/damage.ts";
import { createRealtimeClient } from "./events/realtime-client.ts";
import { createHttpServer, type HttpServer } from "./http/server.ts";

async function start(): Promise<void> {
  const config = parseConfig(process.env);
  const log = createLog({ level: config.LOG_LEVEL, readable: config.NODE_ENV !== "production", service: "api" });
  let app: ReturnType<typeof createApi> | undefined;
  const server = createHttpServer((request, env) => app?.fetch(request, env) ?? new Response(null, { status: 503 }));
  // The port comes first: a second instance by mistake must not touch the state of the one that runs.
  const port = await listen(server, config.PORT ?? config.API_PORT, config.HOST);
  makePrivateFolder(config.DATA_DIR);
  const emitToken = loadEmitToken(config);
  const originPolicy = createOriginPolicy(allowedOrigins(config, process.platform), [port], [config.BACKEND_URL]);
  const realtime = createRealtimeClient({ url: config.WS_SERVER_URL, token: emitToken, log });
  const announce = (line: string) => void process.stdout.write(`${line}\n`);
  const parts = readingState(config.DATA_DIR, () =>
    createApiDeps({ config, log, originPolicy, emitToken, realtime, announce }),
  );
  app = createApi(parts.deps);
  stopOnSignals(log, async () => {
    // Together: children that do not end by themselves take most of the time there is.
    await Promise.all([server.close(), parts.stop()]);
    await realtime.close(1_000);
    parts.close();
  });
  log.info({ host: config.HOST, port }, `API on ${config.HOST}:${port}`);
  process.send?.("ready"); // PM2 waits for it
}

/** State that cannot be read is reported with what to do about it, not with a stack trace alone. */
function readingState<T>(dataDir: string, open: () => T): T {
  try {
    return open();
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    const reason = error instanceof Error ? error.message.split("\n", 1)[0] : String(error);
    // A backup does not help against a full disk or a lock, and would lose what came after it.
    const advice = isDamage(error)
      ? wayBack(dataDir)
      : "The files are as they were: remove the cause, and start again.";
    throw new ConfigError(`The state in DATA_DIR cannot be read (${reason}). ${advice}`, { cause: error });
  }
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
