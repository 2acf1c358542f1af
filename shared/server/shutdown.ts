import process from "node:process";
import type { Log } from "./log.ts";

/** Longest clean stop, in milliseconds: PM2, systemd and Compose kill after 8 s. Most stops take below 1 s. */
const STOP_LIMIT_MS = 7_000;

/**
 * Runs `stop` once on SIGINT or SIGTERM and exits with 0. A second signal, or a stop beyond the limit, exits at once. An
 * uncaught error is logged; the server then stops the same way and exits with 1, so that the supervisor restarts it.
 */
export function stopOnSignals(log: Log, stop: () => Promise<void>): void {
  let stopping = false;
  const end = (exitCode: number) => {
    if (stopping) process.exit(exitCode || 1);
    stopping = true;
    const limit = setTimeout(() => {
      log.warn("stop took too long, exiting");
      process.exit(exitCode || 1);
    }, STOP_LIMIT_MS);
    limit.unref();
    stop().then(
      () => process.exit(exitCode),
      (error: unknown) => {
        log.error({ err: error }, "stop failed");
        process.exit(1);
      },
    );
  };
  process.on("SIGINT", () => end(0));
  process.on("SIGTERM", () => end(0));
  process.on("uncaughtException", (error) => {
    log.fatal({ err: error }, "uncaught exception");
    end(1);
  });
  process.on("unhandledRejection", (reason) => {
    log.fatal({ err: reason }, "unhandled rejection");
    end(1);
  });
}
