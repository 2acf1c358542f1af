import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { type Child, startChild } from "./child.ts";
import { eventually } from "./eventually.ts";
import { freePort } from "./free-port.ts";
import { findDeno } from "./parts.ts";

export const projectFolder = join(import.meta.dirname, "../..");

export type ServiceName = "api" | "realtime" | "web";
/** The three ways the contract names to start a server. */
export const runtimes = ["node", "tsx", "deno"] as const;
export type Runtime = (typeof runtimes)[number];

export interface ServiceOptions {
  runtime?: Runtime;
  /** Added to an environment that otherwise holds PATH and HOME only. */
  env?: Record<string, string>;
  port?: number;
}

export interface ServiceProcess extends Child {
  port: number;
  /** Base address without a slash at its end. */
  url: string;
}

/**
 * What a server is given instead of its defaults, which lead to what runs on this machine: the other servers of a panel on
 * their usual ports, the user's PM2 and files. Nobody listens there, and it is none of the ports that `fetch` refuses to ask.
 */
const nobody = {
  WS_SERVER_URL: "http://127.0.0.1:2",
  BACKEND_URL: "http://127.0.0.1:2",
  PM2_HOME: "/nonexistent/pm2",
  FILE_MANAGER_ROOT: tmpdir(),
};

/** Starts `<service>/main.ts` as its own process, on a free port unless told one, and does not wait. */
export async function spawnService(service: ServiceName, options: ServiceOptions = {}): Promise<ServiceProcess> {
  const port = options.port ?? (await freePort());
  const [program, args] = commandLine(options.runtime ?? "node", join(projectFolder, service, "main.ts"));
  const child = await startChild(program, args, {
    cwd: projectFolder,
    env: {
      PATH: process.env.PATH ?? "",
      HOME: process.env.HOME ?? "/",
      // Where Deno and Node keep what they compiled, where temporary files go, and which Engine the tests use.
      ...pick("DENO_DIR", "NODE_COMPILE_CACHE", "TMPDIR", "DOCKER_HOST"),
      NODE_ENV: "test",
      HOST: "127.0.0.1",
      // Tests of the log history turn it on: else the store would follow the containers of every other test.
      LOG_STORE_MAX_BYTES: "0",
      ...nobody,
      [service === "realtime" ? "WS_PORT" : "PORT"]: String(port),
      ...options.env,
    },
  });
  return { ...child, port, url: `http://127.0.0.1:${port}` };
}

/** Like {@link spawnService}, but resolves once the service answers its health check, and fails when it does not. */
export async function startService(service: ServiceName, options: ServiceOptions = {}): Promise<ServiceProcess> {
  const child = await spawnService(service, options);
  try {
    await eventually(
      async () => {
        if (child.exitCode() !== null) return true;
        const answer = await fetch(service === "web" ? `${child.url}/` : `${child.url}/health`);
        await answer.body?.cancel();
        return answer.ok;
      },
      30_000,
      50,
    );
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
  // What tsx's command does, without its wrapper process, which gives up on a busy machine before the server has stopped.
  if (runtime === "tsx") return [process.execPath, ["--import", import.meta.resolve("tsx"), file]];
  return [process.execPath, [file]];
}
