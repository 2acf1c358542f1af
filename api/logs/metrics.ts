import { Counter, Gauge, type Registry } from "prom-client";
import { singleFlight } from "../../shared/server/async/single-flight.ts";
import type { LogStore, LogStoreMetrics } from "./log-store.ts";

type Collected = NonNullable<LogStoreMetrics["collected"]>;

/** Adds metrics of the log store for Prometheus; without values where no logs are stored. */
export function addLogStoreMetrics(registry: Registry, logStore: Pick<LogStore, "metrics">): void {
  const registers = [registry];
  // All metrics of one scrape come from one request.
  const ask = singleFlight(() => logStore.metrics());
  const gauge = (name: string, help: string, read: (metrics: LogStoreMetrics) => number | undefined) =>
    new Gauge({
      name: `ai_desktop_api_log_store_${name}`,
      help,
      registers,
      async collect() {
        const metrics = await ask();
        if (!metrics) return this.remove(); // it has been turned off
        const value = read(metrics);
        if (value !== undefined) this.set(value); // a thread that restarts leaves the value as it was
      },
    });
  const counter = (name: string, help: string, read: (collected: Collected) => number) =>
    new Counter({
      name: `ai_desktop_api_log_store_${name}`,
      help,
      registers,
      async collect() {
        const metrics = await ask();
        if (!metrics) return this.remove();
        const { collected } = metrics;
        if (!collected) return;
        this.reset();
        this.inc(read(collected));
      },
    });
  counter("lines_total", "Lines of containers taken in since the start.", ({ linesTaken }) => linesTaken);
  counter("dropped_lines_total", "Lines given up for the budget, ever.", ({ linesDropped }) => linesDropped);
  gauge("bytes", "Bytes that log history takes on the disk.", ({ collected }) => collected?.bytesUsed);
  gauge("limit_bytes", "Bytes they may take.", ({ bytesLimit }) => bytesLimit);
  gauge("trouble", "1 while nothing can be collected or written.", ({ isDegraded }) => Number(isDegraded));
  gauge(
    "lag_seconds",
    "How long the oldest line that is not written yet has waited.",
    ({ collected }) => collected && collected.lagMs / 1000,
  );
  gauge("pending_bytes", "Bytes of lines that are not written yet.", ({ collected }) => collected?.pendingBytes);
  gauge(
    "waiting_containers",
    "Containers whose log is not read on until there is room.",
    ({ collected }) => collected?.waiting,
  );
  gauge("waiting_searches", "Searches that are not answered yet.", ({ readersWaiting }) => readersWaiting);
}
