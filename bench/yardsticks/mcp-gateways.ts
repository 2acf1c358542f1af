import { existsSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { startChild } from "../../shared/testing/child.ts";
import { eventually } from "../../shared/testing/eventually.ts";
import { canConnect, freePort } from "../../shared/testing/free-port.ts";
import { projectFolder } from "../../shared/testing/service-process.ts";

export interface RunningGateway {
  name: string;
  url: string;
  pid: number;
  stop(): Promise<void>;
}

/** Public gateways from npm that put a local server behind Streamable HTTP: their program, and its arguments. */
const gateways: Record<string, (port: number, program: string) => string[]> = {
  "mcp-proxy/dist/bin/mcp-proxy.mjs": (port, program) => [
    ...["--host", "127.0.0.1", "--port", String(port), "--server", "stream"],
    ...["--", process.execPath, program],
  ],
  "supergateway/dist/index.js": (port, program) => [
    ...["--stdio", `${process.execPath} ${program}`, "--outputTransport", "streamableHttp"],
    ...["--stateful", "--port", String(port), "--logLevel", "none"],
  ],
};

/** Starts the floor: HTTP alone. */
export async function startFloor(): Promise<RunningGateway> {
  const port = await freePort();
  const env = { ...process.env, PORT: String(port) };
  return startGateway("HTTP alone", port, [join(import.meta.dirname, "mcp-over-http.ts")], env);
}

/**
 * Starts those that are installed, in front of the same server: `npm install --no-save mcp-proxy supergateway`. They check no
 * key, record nothing, and know one server.
 */
export async function startGateways(program: string): Promise<RunningGateway[]> {
  const running: RunningGateway[] = [];
  for (const [path, args] of Object.entries(gateways)) {
    const file = join(projectFolder, "node_modules", path);
    if (!existsSync(file)) continue;
    const port = await freePort();
    const name = path.split("/", 1)[0] ?? path;
    running.push(await startGateway(name, port, [file, ...args(port, program)]));
  }
  return running;
}

/** Not bound to a core, as the API and the direct server are not. */
async function startGateway(name: string, port: number, args: string[], env = process.env): Promise<RunningGateway> {
  const child = await startChild(process.execPath, args, { cwd: projectFolder, env });
  await eventually(() => {
    if (child.exitCode() !== null) throw new Error(`${name} ended:\n${child.output().slice(-2_000)}`);
    return canConnect(port);
  });
  return { name, url: `http://127.0.0.1:${port}/mcp`, pid: child.pid, stop: () => child.stop() };
}
