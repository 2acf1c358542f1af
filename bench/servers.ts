import { randomBytes } from "node:crypto";
import { join } from "node:path";
import process from "node:process";
import { type Child, startChild } from "../shared/testing/child.ts";
import { eventually } from "../shared/testing/eventually.ts";
import { canConnect, freePort } from "../shared/testing/free-port.ts";
import { findBun } from "../shared/testing/parts.ts";
import { startService } from "../shared/testing/service-process.ts";
import { tempFolder } from "../shared/testing/temp-folder.ts";
import { LOAD_CORE, pin, SERVER_CORE } from "./process-metrics.ts";
import type { RunningSubject } from "./subject.ts";
import { startNchan } from "./yardsticks/nchan.ts";

const emitToken = randomBytes(32).toString("base64url");
/** As every script that starts the servers sets it. */
export const startEnv = { MALLOC_ARENA_MAX: "2", NODE_OPTIONS: "--max-semi-space-size=4" };
/** Headers of the web app; the stand-in API accepts the session. */
const SESSION = { Origin: "http://localhost:3005", Cookie: "ai-desktop=bench" };

/** Starts a script of the benchmark on a free port, given as PORT. */
export async function startScript(
  name: string,
  core: number,
  env: Record<string, string> = {},
  runtime = process.execPath,
): Promise<Child & { port: number }> {
  const port = await freePort();
  const child = await startChild(runtime, [join(import.meta.dirname, name)], {
    env: {
      PATH: process.env.PATH ?? "",
      PORT: String(port),
      ...(process.env.DOCKER_HOST ? { DOCKER_HOST: process.env.DOCKER_HOST } : {}),
      ...env,
    },
  });
  await pin(child.pid, core);
  await eventually(() => {
    if (child.exitCode() !== null) throw new Error(`${name} ended:\n${child.output().slice(-2_000)}`);
    return canConnect(port);
  });
  return { ...child, port };
}

/** Starts the real realtime server with all checks and the stand-in API. */
export async function startOurs(env: Record<string, string> = {}): Promise<RunningSubject> {
  const api = await startScript("stand-in-api.ts", LOAD_CORE);
  const folder = await tempFolder("bench");
  const child = await startService("realtime", {
    env: {
      ...startEnv,
      NODE_ENV: "production",
      LOG_LEVEL: "warn",
      EMIT_TOKEN: emitToken,
      BACKEND_URL: `http://127.0.0.1:${api.port}`,
      DATA_DIR: join(folder.path, "data"),
      PM2_HOME: join(folder.path, "pm2"),
      FILE_MANAGER_ROOT: folder.path,
      MAX_SOCKETS: "10000",
      MAX_SOCKETS_PER_SESSION: "10000",
      // For example --cpu-prof, to profile the server.
      NODE_OPTIONS: `${startEnv.NODE_OPTIONS} ${process.env.SERVER_NODE_OPTIONS ?? ""}`,
      ...env,
    },
  });
  await pin(child.pid, SERVER_CORE);
  return {
    subject: {
      name: "ours",
      pid: child.pid,
      port: child.port,
      dialect: "socket.io",
      path: "/socket.io/?EIO=4&transport=websocket",
      headers: SESSION,
      publish: { path: "/emit", headers: { Authorization: `Bearer ${emitToken}` } },
    },
    async stop() {
      await Promise.all([child.stop(), api.stop()]);
      await folder.remove();
    },
  };
}

const scripts = {
  "socket.io": "yardsticks/bare-socket-io.ts",
  ws: "yardsticks/raw-ws.ts",
  node: "yardsticks/node-writes.ts",
  bun: "yardsticks/bun-server.ts",
};

/** @param runtime program that runs the script; this Node unless given */
export async function startYardstick(name: keyof typeof scripts, runtime?: string): Promise<RunningSubject> {
  const child = await startScript(scripts[name], SERVER_CORE, {}, runtime);
  return {
    subject: {
      name,
      pid: child.pid,
      port: child.port,
      dialect: name === "socket.io" ? "socket.io" : "plain",
      path: name === "socket.io" ? "/socket.io/?EIO=4&transport=websocket" : "/",
      publish: { path: "/emit", headers: {} },
    },
    stop: () => child.stop(),
  };
}

/** The realtime server and every available baseline, all running at once so that measurements can alternate. */
export async function startAll(): Promise<RunningSubject[]> {
  const bun = findBun();
  const started = await Promise.all([
    startOurs(),
    startYardstick("socket.io"),
    startYardstick("ws"),
    startYardstick("node"),
    startNchan(),
    bun === undefined ? undefined : startYardstick("bun", bun),
  ]);
  return started.filter((subject) => subject !== undefined);
}
