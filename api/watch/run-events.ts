import type { RunEvent } from "../../shared/logs/container-runs.ts";
import type { Service } from "../../shared/protocol/service.ts";
import type { WatchEvent } from "../../shared/protocol/watch.ts";

type RunWatchEvent = Extract<WatchEvent, { kind: "run" }>;

/** An end and a start within this time are one restart. */
const RESTART_GAP_MS = 90_000;
/** Restarts that follow each other within this time are one entry. */
const CHAIN_GAP_MS = 10 * 60_000;

/** Ends, starts and restarts of a container, oldest first. A crash loop is one entry, not hundreds. */
export function toRunEvents({ name }: Pick<Service, "name">, events: readonly RunEvent[]): RunWatchEvent[] {
  const found: RunWatchEvent[] = [];
  const add = (event: RunEvent, change: RunWatchEvent["change"]) =>
    found.push({
      kind: "run",
      at: new Date(event.time).toISOString(),
      subject: { kind: "container", name },
      change,
      count: 1,
      exitCode: event.exitCode ?? null,
    });
  for (const event of events) {
    const last = found.at(-1);
    if (event.kind === "die") {
      add(event, "ended");
      continue;
    }
    const at = Date.parse(event.time);
    if (last?.change !== "ended" || at - Date.parse(last.at) > RESTART_GAP_MS) {
      add(event, "started");
      continue;
    }
    found.pop();
    const chain = found.at(-1);
    if (chain?.change === "restarted" && at - Date.parse(chain.at) <= CHAIN_GAP_MS) {
      chain.count++;
      chain.at = new Date(at).toISOString();
      chain.exitCode = last.exitCode;
    } else {
      found.push({ ...last, at: new Date(at).toISOString(), change: "restarted" });
    }
  }
  return found;
}
