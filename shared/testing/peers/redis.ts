import { type Child, startChild } from "../child.ts";
import { eventually } from "../eventually.ts";
import { canConnect, freePort } from "../free-port.ts";
import { findProgram } from "../parts.ts";

export interface TestRedis {
  url: string;
  /** Sends SIGKILL. All data is lost, since nothing is written to disk. */
  kill(): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts a real Redis on a free port of loopback, without persistence. */
export async function startRedis(): Promise<TestRedis> {
  const port = await freePort();
  let child: Child | undefined;
  const start = async () => {
    child = await startChild(findProgram("redis-server") ?? "redis-server", [
      "--port",
      String(port),
      "--bind",
      "127.0.0.1",
      "--save",
      "",
      "--appendonly",
      "no",
    ]);
    await eventually(() => canConnect(port));
  };
  await start();
  return {
    url: `redis://127.0.0.1:${port}`,
    start,
    async kill() {
      child?.signal("SIGKILL");
      await child?.exited;
    },
    stop: async () => child?.stop(),
  };
}
