import type { ContainerEvent, ContainerEvents } from "../../shared/docker/container-events.ts";
import { type ContainerSample, toSample } from "../../shared/docker/container-sample.ts";
import type { DockerHost } from "../../shared/docker/docker-host.ts";
import { createBackoff, delay } from "../../shared/server/async/backoff.ts";
import { UnavailableError } from "../../shared/server/dependency.ts";
import { toAppError } from "../../shared/server/errors.ts";
import { readJsonLines } from "../../shared/server/json-lines.ts";
import type { Log } from "../../shared/server/log.ts";
import type { Upstream } from "../fanout/shared-sources.ts";

/** Interval at which a stopped container is checked again. */
const STOPPED_RECHECK_MS = 2_000;

export interface ContainerStatsOptions {
  docker: DockerHost;
  events: ContainerEvents;
  log: Log;
  onSample: (sample: ContainerSample) => void;
}

/** Follows the samples of the container with the name, one per second, across restarts and lost connections, until closed. */
export function openContainerStats(name: string, { docker, events, log, onSample }: ContainerStatsOptions): Upstream {
  const abort = new AbortController();
  const { signal } = abort;

  /** Ends the stream when the container loses the name. */
  const watchName = (id: string, over: AbortController) => {
    const look = async () => {
      try {
        if ((await docker.identify(name)).id === id) return;
      } catch (error) {
        if (toAppError(error).code !== "not_found") return;
      }
      over.abort();
    };
    const onEvent = ({ action }: ContainerEvent) => {
      if (action === "rename") void look();
    };
    const onReattached = () => void look();
    events.on("event", onEvent);
    events.on("reattached", onReattached);
    return () => {
      events.off("event", onEvent);
      events.off("reattached", onReattached);
    };
  };

  /** Follows the samples of one run of a container; resolves with whether there was a running container. */
  const followOnce = async (): Promise<boolean> => {
    const { id, running } = await docker.identify(name);
    if (!running) return false;
    const over = new AbortController();
    const unwatch = watchName(id, over);
    try {
      // The name may have moved before the watch started.
      if ((await docker.identify(name)).id !== id) return true;
      const stream = await docker.openStats(id, AbortSignal.any([signal, over.signal]));
      for await (const document of readJsonLines(stream)) {
        const sample = over.signal.aborted ? undefined : toSample(document);
        if (sample) onSample(sample);
      }
      return true;
    } finally {
      unwatch();
    }
  };

  const follow = async () => {
    const backoff = createBackoff();
    while (!signal.aborted) {
      try {
        if (await followOnce()) backoff.reset();
        else await delay(STOPPED_RECHECK_MS, signal);
      } catch (error) {
        if (signal.aborted) return;
        if (toAppError(error).code === "not_found") await delay(STOPPED_RECHECK_MS, signal);
        else if (!(error instanceof UnavailableError))
          log.warn({ err: error }, "the metrics stream of a container broke");
      }
      await backoff.wait(signal);
    }
  };
  void follow();
  return { close: () => abort.abort() };
}
