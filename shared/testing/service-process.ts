import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { type Child, startChild } from "./child.ts";
import { eventually } from "./eventually.ts";
import { freePort } from "./free-port.ts";
import { findDeno } from "./parts.ts";

export const projectFolder = join(import.meta.dirname, "../..");

export type ServiceName = "api" | "realtime" | "web";
/** The three supported ways to start a server. */
export const runtimes = ["node", "tsx", "deno"] as const;
export type Runtime = (typeof runtimes)[number];

export interface ServiceOptions {
  runtime?: Runtime;
  /** Added to an environment with only PATH and HOME. */
  env?: Record<string, string>;
  port?: number;
}

export interface ServiceProcess extends Child {
  port: number;
  /** Base URL without a trailing slash. */
  url: string;
}

/**
 * Settings instead of the defaults, which would lead to a panel on this machine, the user's PM2 and files. No program listens
 * on this port, and `fetch` does not block it.
 */
const unused = {
  WS_SERVER_URL: "http://127.0.0.1:2",
  BACKEND_URL: "http://127.0.0.1:2",
  PM2_HOME: "/nonexistent/pm2",
  PM2_DAEMONS: "own",
  FILE_MANAGER_ROOT: tmpdir(),
};

/** Starts `<service>/main.ts` as a separate process, by default on a free port, and does not wait. */
export async function spawnService(service: ServiceName, options: ServiceOptions = {}): Promise<ServiceProcess> {
  const port = options.port ?? (await freePort());
  const [program, args] = commandLine(options.runtime ?? "node", join(projectFolder, service, "main.ts"));
  const child = await startChild(program, args, {
    cwd: projectFolder,
    env: {
      PATH: process.env.PATH ?? "",
      HOME: process.env.HOME ?? "/",
      // Compile caches of Deno and Node, the folder of temporary files, and the Engine of the tests.
      ...pick("DENO_DIR", "NODE_COMPILE_CACHE", "TMPDIR", "DOCKER_HOST"),
      NODE_ENV: "test",
      HOST: "127.0.0.1",
      // Off by default: the log store would follow the containers of all other tests.
      LOG_STORE_MAX_BYTES: "0",
      ...unused,
      [service === "realtime" ? "WS_PORT" : "PORT"]: String(port),
      ...options.env,
    },
  });
  return { ...child, port, url: `http://127.0.0.1:${port}` };
}

/** Like {@link spawnService}, but resolves when the service passes its health check, and fails if it does not. */
export async function startService(service: ServiceName, options: ServiceOptions = {}): Promise<ServiceProcess> {
  const child = await spawnService(service, options);
  try {
    await eventually(async () => {
      if (child.exitCode() !== null) return true;
      const answer = await fetch(service === "web" ? `${child.url}/` : `${child.url}/health`);
      await answer.body?.cancel();
      return answer.ok;
    }, 50);
    if (child.exitCode() !== null) throw new Error("it ended");
  } catch (error) {
    await child.stop();
    throw new Error(`${service} did not start under ${options.runtime ?? "node"}:\n${child.output().slice(-4_000)}`, {
      cause: error,
    });
  }
  return child;
}

const pick = (...names: string[]): Record<string, string> =>
  Object.fromEntries(names.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])));

function commandLine(runtime: Runtime, file: string): [string, string[]] {
  if (runtime === "deno") return [findDeno() ?? "deno", ["run", "-A", file]];
  // The effect of the tsx command without its wrapper process, which on a busy machine ends before the server has stopped.
  if (runtime === "tsx") return [process.execPath, ["--import", import.meta.resolve("tsx"), file]];
  return [process.execPath, [file]];
}
