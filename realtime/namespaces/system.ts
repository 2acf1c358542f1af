import { systemStatsSubscription, systemStatsUnsubscription } from "../../shared/protocol/events/system.ts";
import { toAppError } from "../../shared/server/errors.ts";
import type { RealtimeDeps } from "../deps.ts";
import { createSharedSources, type Upstream } from "../fanout/shared-sources.ts";
import { createSystemSampler } from "../sources/system-samples.ts";
import { createHandle, handleAlive } from "./handle.ts";
import type { NamespaceOf, RegisteredNamespace, SocketServer } from "./namespace.ts";

export type SystemDeps = Pick<RealtimeDeps, "metrics" | "docker" | "processes" | "log">;

/** Registers the metrics of the host: one sampler, sent at the interval that each viewer requested. */
export function registerSystem(io: SocketServer, { metrics, docker, processes, log }: SystemDeps): RegisteredNamespace {
  const namespace: NamespaceOf<"system"> = io.of("/system");
  const sampler = createSystemSampler(metrics, docker, processes);
  const roomOf = (interval: number) => `\0stats\0${interval}`;

  const tickers = createSharedSources<Upstream>((key) => {
    const interval = Number(key);
    const timer = setInterval(() => {
      sampler.sample().then(
        (stats) => void namespace.to(roomOf(interval)).volatile.emit("stats", stats),
        (error: unknown) => log.warn({ err: error }, "the metrics of the host could not be read"),
      );
    }, interval);
    return { close: () => clearInterval(timer) };
  }, 0);

  namespace.on("connection", (socket) => {
    let watching: { interval: number; ticker: Upstream } | undefined;
    const stop = () => {
      if (!watching) return;
      void socket.leave(roomOf(watching.interval));
      tickers.release(String(watching.interval), watching.ticker);
      watching = undefined;
    };

    const handle = createHandle({ socket: socket, log, echo: [], release: stop });
    handleAlive(handle);
    const host = () => "stats";
    handle.join("subscribe:stats", systemStatsSubscription, host, ({ interval }) => {
      stop();
      watching = { interval, ticker: tickers.acquire(String(interval)) };
      void socket.join(roomOf(interval));
      socket.emit("connected", { interval });
      sampler.sample().then(
        (stats) => void socket.emit("stats", stats),
        (thrown: unknown) => {
          const { message, code } = toAppError(thrown);
          socket.emit("error", { message, code });
        },
      );
      return { interval };
    });
    handle.leave("unsubscribe:stats", systemStatsUnsubscription, host, () => {
      stop();
      return undefined;
    });
  });

  return {
    // There is one source for all intervals.
    get activeStreams() {
      return tickers.size > 0 ? 1 : 0;
    },
    close: () => tickers.close(),
  };
}
