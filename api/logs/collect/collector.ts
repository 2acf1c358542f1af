import { type ContainerEvent, openContainerEvents } from "../../../shared/docker/container-events.ts";
import type { DockerHost } from "../../../shared/docker/docker-host.ts";
import type { Service } from "../../../shared/protocol/service.ts";
import { delay } from "../../../shared/server/async/backoff.ts";
import { toAppError } from "../../../shared/server/errors.ts";
import type { Log } from "../../../shared/server/log.ts";
import type { CollectedLog } from "./collected-log.ts";
import { createContainerTasks } from "./container-tasks.ts";
import type { Ingest } from "./ingest.ts";

/** Time between two lists of all containers, in case an event was missed. */
const RELIST_MS = 60_000;

export interface Collector {
  /** The containers that exist now. */
  containers(): CollectedLog[];
  /** Why nothing can be collected, as a sentence; undefined while the Engine responds. */
  readonly degraded: string | undefined;
  close(): Promise<void>;
}

export interface CollectorOptions {
  docker: DockerHost;
  ingest: Ingest;
  log: Log;
  /** When the store was created, in milliseconds: logs of younger containers are stored from their first line. */
  since: number;
}

/** Follows every running container, reads what the others wrote, and puts all of it into the ingest. */
export function startCollector({ docker, ingest, log, since }: CollectorOptions): Collector {
  const closing = new AbortController();
  const events = openContainerEvents(docker, log);
  // The list of the Engine has whole seconds.
  const newSince = Math.min(since, ingest.seenUntil ?? since) - 1_000;
  const tasks = createContainerTasks({ docker, ingest, log, events, newSince, signal: closing.signal });
  let degraded: string | undefined;

  const relist = async () => {
    // A container that appears while the list is on its way is not missing from it.
    const known = new Set([
      ...tasks.ids(),
      ...ingest.streams().flatMap(({ kind, sourceId }) => (kind === "container" ? sourceId : [])),
    ]);
    try {
      const services = await docker.list();
      degraded = undefined;
      compare(services, known);
    } catch (error) {
      degraded = toAppError(error).message;
    }
  };
  const compare = (services: readonly Service[], known: ReadonlySet<string>) => {
    const present = new Set(services.map(({ id }) => id));
    for (const id of known) if (!present.has(id)) tasks.forget(id);
    for (const { id, name, state } of services) if (tasks.isDue(id, state)) tasks.start(id, name);
  };

  events.on("event", ({ id, name, action }: ContainerEvent) => {
    if (action === "start") tasks.start(id, name);
    else if (action === "destroy") tasks.forget(id);
    else if (action === "rename") tasks.rename(id, name);
  });
  events.on("reattached", () => void relist());

  const watch = async () => {
    while (!closing.signal.aborted) {
      await relist();
      await delay(RELIST_MS, closing.signal);
    }
  };
  const watching = watch();

  return {
    containers: tasks.list,
    get degraded() {
      return degraded;
    },
    async close() {
      closing.abort();
      ingest.release();
      await Promise.all([watching, events.close(), tasks.settled()]);
    },
  };
}
