import type { ContainerEvents } from "../../../shared/docker/container-events.ts";
import type { HostMetrics } from "../../../shared/metrics/metrics.ts";
import type { Processes } from "../../../shared/pm2/daemons.ts";
import type { AlertRule, AlertSubject } from "../../../shared/protocol/alert.ts";
import type { Log } from "../../../shared/server/log.ts";
import type { LogWatcher } from "../../logs/collect/watch.ts";
import type { SignalSink } from "../engine/engine.ts";
import type { EventStore } from "../event-store.ts";
import { type ContainerSourceOptions, createContainerSource } from "./containers.ts";
import { createHostSource } from "./host.ts";
import { createLogSource } from "./logs.ts";
import { type ContainerMetrics, createMetricSource } from "./metrics.ts";
import { createProcessSource } from "./processes.ts";
import type { SignalSource } from "./source.ts";

export interface SourcesOptions {
  sink: SignalSink;
  /** Stores until when the Engine's events were read. */
  events: Pick<EventStore, "meta" | "setMeta">;
  /** No source is created. */
  paused: boolean;
  /** Whether an automatic restart of the container is running. */
  isRestarting(name: string): boolean;
}

/** All sources of signals, as one. */
export interface Sources {
  /** Limits what is read to what the enabled rules need. */
  want(rules: readonly AlertRule[]): void;
  /** False while the state of this subject is unknown. */
  isKnown(subject: AlertSubject): boolean;
  /** Whether someone has just requested a stop of the container. */
  isTouched(containerId: string): boolean;
  close(): Promise<void>;
}

export interface SourcesDeps {
  docker: ContainerSourceOptions["docker"];
  containerEvents: ContainerEvents;
  stopRequests: ContainerSourceOptions["stops"];
  metrics: HostMetrics;
  processes: Pick<Processes, "survey" | "ports" | "logSizes">;
  log: Log;
  logWatcher?: LogWatcher;
  containerMetrics?: ContainerMetrics;
  /** Further sources. */
  sources?: readonly ((sink: SignalSink) => SignalSource)[];
}

/** Creates every source that the dependencies allow. */
export function createSources(deps: SourcesDeps, { sink, events, paused, isRestarting }: SourcesOptions): Sources {
  if (paused) return { want() {}, isKnown: () => true, isTouched: () => false, async close() {} };
  const { log } = deps;
  const containers = createContainerSource({
    docker: deps.docker,
    events: deps.containerEvents,
    stops: deps.stopRequests,
    sink,
    log,
    isRestarting,
    attached: {
      get: () => toNumber(events.meta("attached_until")),
      set: (at) => events.setMeta("attached_until", String(at)),
    },
  });
  const processes = createProcessSource(deps.processes, sink, log, {
    get: () => events.meta("process_ports"),
    set: (json) => events.setMeta("process_ports", json),
  });
  const all: SignalSource[] = [containers, createHostSource(deps.metrics, sink, log), processes];
  if (deps.logWatcher) all.push(createLogSource(deps.logWatcher, sink, log));
  if (deps.containerMetrics) all.push(createMetricSource(deps.containerMetrics, containers.projectOf, sink, log));
  for (const create of deps.sources ?? []) all.push(create(sink));
  return {
    want(rules) {
      for (const source of all) source.want(rules);
    },
    isKnown({ kind, name }) {
      if (kind === "container") return containers.isKnown?.(name) !== false;
      return kind !== "process" || processes.isKnown?.(name) !== false;
    },
    isTouched: containers.isTouched,
    async close() {
      await Promise.all(all.map((source) => source.close()));
    },
  };
}

const toNumber = (text: string | undefined) => (text === undefined ? undefined : Number(text));
