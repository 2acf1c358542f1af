import type { ContainerEvent, ContainerEvents } from "../../../shared/docker/container-events.ts";
import { delay } from "../../../shared/server/async/backoff.ts";
import type { Log } from "../../../shared/server/log.ts";
import type { DockerEngine } from "../../docker/docker-engine.ts";
import type { StopRequests } from "../../services/stop-requests.ts";
import type { SignalSink } from "../engine/engine.ts";
import { createContainerSignals } from "./container-signals.ts";
import { createContainerTracker, type HeardEvent } from "./container-tracker.ts";
import type { SignalSource } from "./source.ts";

/** Events kept while the list is read. Beyond it the list is read again. */
const MAX_HELD_EVENTS = 5_000;
/** Wait before a failed list is read again. */
const RETRY_MS = 2_000;
/** Time in which changes of names are collected before the list is read. */
const RENAME_DEBOUNCE_MS = 300;
/** Ended containers that are inspected one by one after an interruption. */
const MAX_MISSED = 200;
/** How often the time until which events were read is stored. */
const ATTACHED_INTERVAL_MS = 15_000;

export interface ContainerSourceOptions {
  docker: Pick<DockerEngine, "list" | "detail">;
  events: ContainerEvents;
  stops: Pick<StopRequests, "isWanted" | "wasRequested" | "endedForMemory">;
  sink: SignalSink;
  log: Log;
  /** Until when the Engine's events were read, in milliseconds since the epoch; kept across restarts. */
  attached: { get(): number | undefined; set(at: number): void };
  /** Whether an automatic restart of the container is running. */
  isRestarting(name: string): boolean;
}

export interface ContainerSource extends SignalSource {
  /** Whether someone has just requested a stop of the container. */
  isTouched(containerId: string): boolean;
  /** Compose project of a container by name; null when it has none. */
  projectOf(name: string): string | null;
}

/** Reads the Engine's events and list: containers that stop, turn unhealthy, restart, or run out of memory. */
export function createContainerSource(options: ContainerSourceOptions): ContainerSource {
  const { docker, events, stops, sink, log, attached, isRestarting } = options;
  const abort = new AbortController();
  let held: HeardEvent[] | undefined;
  let reading: Promise<void> | undefined;
  let again = false;
  let later: NodeJS.Timeout | undefined;
  let isListed = false;

  const readLater = () => {
    later ??= setTimeout(() => {
      later = undefined;
      read(false);
    }, RENAME_DEBOUNCE_MS);
  };
  const tracker = createContainerTracker({
    docker,
    stops,
    signals: createContainerSignals(sink, isRestarting),
    log,
    isRestarting,
    onListChanged: readLater,
  });
  const onEvent = (event: ContainerEvent) => {
    // Checked now: a start that follows would make the request outdated.
    const heard = { ...event, wanted: event.action === "die" && stops.isWanted(event.id, event.exitCode) };
    if (!held) return tracker.apply(heard);
    if (held.length < MAX_HELD_EVENTS) held.push(heard);
    else again = true;
  };
  const readOnce = async (withMissed: boolean) => {
    held = [];
    try {
      const since = attached.get();
      const services = await docker.list();
      tracker.applyList(services);
      sink.settle("container", new Set(services.map(({ name }) => name)));
      if (withMissed) {
        const ended = services.filter(({ state }) => state === "exited").slice(0, MAX_MISSED);
        // The margin covers clocks that differ and the time since the last write.
        const from = since === undefined ? Number.POSITIVE_INFINITY : since - ATTACHED_INTERVAL_MS;
        for (const service of ended) await tracker.inspectMissedEnd(service, from);
      }
      isListed = true;
      if (events.up) attached.set(Date.now());
    } finally {
      const missed: HeardEvent[] = held ?? [];
      held = undefined;
      for (const event of missed) tracker.apply(event);
    }
  };
  const read = (withMissed: boolean): void => {
    again = true;
    reading ??= (async () => {
      while (again && !abort.signal.aborted) {
        again = false;
        try {
          await readOnce(withMissed);
        } catch (error) {
          log.debug({ err: error }, "containers cannot be listed for the alerts");
          await delay(RETRY_MS, abort.signal);
          again = events.up;
        }
      }
    })().finally(() => {
      reading = undefined;
    });
  };
  const onReattached = () => {
    isListed = false;
    read(true);
  };

  events.on("event", onEvent);
  events.on("reattached", onReattached);
  if (events.up) read(true);
  const keep = setInterval(() => {
    try {
      if (events.up) attached.set(Date.now());
    } catch (error) {
      log.debug({ err: error }, "the time until which events were read cannot be stored");
    }
  }, ATTACHED_INTERVAL_MS);
  keep.unref();

  return {
    projectOf: tracker.projectOf,
    isTouched: (containerId) => stops.isWanted(containerId),
    isKnown: () => events.up && isListed,
    want() {}, // one event stream covers all containers
    async close() {
      abort.abort();
      events.off("event", onEvent);
      events.off("reattached", onReattached);
      clearInterval(keep);
      clearTimeout(later);
      tracker.close();
      await reading;
    },
  };
}
