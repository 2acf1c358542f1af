import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { LOAD_CORE, pin } from "../process-metrics.ts";
import type { LoadCommands } from "./main.ts";

type Result<C extends keyof LoadCommands> = Awaited<ReturnType<LoadCommands[C]>>;

export interface Load {
  /** Runs a command in the load generator's process. */
  run<C extends keyof LoadCommands>(command: C, ...args: Parameters<LoadCommands[C]>): Promise<Result<C>>;
  stop(): Promise<void>;
}

interface Answer {
  id: number;
  result?: unknown;
  error?: string;
}

/** Starts the load generator on a separate core. */
export async function startLoad(): Promise<Load> {
  const child = fork(join(import.meta.dirname, "main.ts"), { stdio: ["ignore", "inherit", "inherit", "ipc"] });
  const waiting = new Map<number, { resolve(result: never): void; reject(error: Error): void }>();
  let count = 0;
  child.on("message", ({ id, result, error }: Answer) => {
    const call = waiting.get(id);
    waiting.delete(id);
    if (error === undefined) call?.resolve(result as never);
    else call?.reject(new Error(error));
  });
  child.on("exit", () => {
    for (const { reject } of waiting.values()) reject(new Error("the load generator ended"));
  });
  await once(child, "spawn");
  await pin(child.pid ?? 0, LOAD_CORE);
  return {
    run: (command, ...args) =>
      new Promise((resolve, reject) => {
        const id = ++count;
        waiting.set(id, { resolve, reject });
        child.send({ id, command, args });
      }),
    async stop() {
      if (child.exitCode !== null) return;
      child.disconnect();
      await once(child, "exit");
    },
  };
}
