import { join } from "node:path";
import { freePorts } from "./free-port.ts";
import { DOCKER_SOCKET } from "./parts.ts";
import { type Runtime, type ServiceProcess, startService } from "./service-process.ts";
import { tempFolder } from "./temp-folder.ts";

export interface StackOptions {
  runtime?: Runtime;
  /** Also starts the web server; needs `web/dist`. */
  web?: boolean;
  /** Host name that browsers use; default: the loopback address. */
  host?: "localhost";
  /** Environment variables for all services. */
  env?: Record<string, string>;
}

export interface Stack {
  api: ServiceProcess;
  realtime: ServiceProcess;
  /** Undefined unless requested. */
  web?: ServiceProcess;
  dataDir: string;
  /** FILE_MANAGER_ROOT, empty at first. */
  fileRoot: string;
  /** Origin that both servers accept: that of the web server, started or not. */
  origin: string;
  /** Environment of each service, to start it again after a kill. */
  env: Record<string, string>;
  stop(): Promise<void>;
}

/** Starts the servers like an operator, with separate state and file root, on free ports. */
export async function startStack({ runtime = "node", web = false, host, env = {} }: StackOptions = {}): Promise<Stack> {
  const folder = await tempFolder("stack");
  const fileRoot = await tempFolder("files");
  const [apiPort = 0, realtimePort = 0, webPort = 0] = await freePorts(3);
  const origin = `http://${host ?? "127.0.0.1"}:${webPort}`;
  const all = {
    DATA_DIR: join(folder.path, "data"),
    FILE_MANAGER_ROOT: fileRoot.path,
    PM2_HOME: join(folder.path, "pm2"),
    PM2_DAEMONS: "own",
    DOCKER_HOST: `unix://${DOCKER_SOCKET}`,
    PUBLIC_ORIGIN: host ? origin : `${origin},http://localhost:${webPort}`,
    WS_SERVER_URL: `http://127.0.0.1:${realtimePort}`,
    BACKEND_URL: `http://127.0.0.1:${apiPort}`,
    VITE_API_URL: `http://${host ?? "127.0.0.1"}:${apiPort}`,
    VITE_WS_URL: `http://${host ?? "127.0.0.1"}:${realtimePort}`,
    ...env,
  };
  const started: ServiceProcess[] = [];
  const stop = async () => {
    await Promise.all(started.map((service) => service.stop()));
    await Promise.all([folder.remove(), fileRoot.remove()]);
  };
  try {
    const api = await startService("api", { runtime, env: all, port: apiPort });
    started.push(api);
    const realtime = await startService("realtime", { runtime, env: all, port: realtimePort });
    started.push(realtime);
    const webServer = web ? await startService("web", { env: all, port: webPort }) : undefined;
    if (webServer) started.push(webServer);
    return {
      api,
      realtime,
      ...(webServer ? { web: webServer } : {}),
      dataDir: all.DATA_DIR,
      fileRoot: fileRoot.path,
      origin,
      env: all,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
