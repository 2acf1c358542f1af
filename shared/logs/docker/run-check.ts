import type { Readable } from "node:stream";
import { setImmediate as immediate } from "node:timers/promises";
import type { ContainerIdentity } from "../../docker/docker-host.ts";
import { toAppError } from "../../server/errors.ts";
import { indexOfStart } from "../container-runs.ts";
import { currentRuns, endOfRun, LAST_EVENT_MS, type LogAccess } from "./engine-log.ts";
import type { RunProbe } from "./run-probe.ts";

/** Whether the run of a container has ended, as far as that is known without a request to the Engine. */
export async function isRunOver(
  { events }: LogAccess,
  { id, runs }: ContainerIdentity,
  probe: RunProbe | undefined,
): Promise<boolean> {
  if (probe) return probe.isOver();
  await immediate(); // an event that arrived at the same moment
  return runs.startedAt !== null && events.runs.hasEnded(id, runs.startedAt);
}

/** What is known of a run that has ended. */
export interface RunEnd {
  /** Another run has begun. */
  isPast: boolean;
  /** Later lines are not of the ended run; undefined when unknown. */
  time?: string | undefined;
}

/** Looks at a run that has ended. */
export async function findEnd(
  access: LogAccess,
  { id, runs }: ContainerIdentity,
  signal: AbortSignal,
): Promise<RunEnd> {
  const now = await currentRuns(access.docker, id);
  const end = () => endOfRun(access, id, runs.startedAt);
  const next = now ? now.startedAt : nextStart(access, id, runs.startedAt);
  if (next !== null && next !== runs.startedAt) {
    const time = end();
    // The time divides the runs, unless the clock was set back between them.
    return { isPast: true, time: time !== undefined && time < next ? time : undefined };
  }
  // Removed: no run follows. Running: the Engine does not know of the end yet, and has begun no other run.
  if (!now || now.running) return { isPast: false };
  if (end() === undefined) await access.events.runs.change(id, LAST_EVENT_MS, signal);
  return { isPast: false, time: end() };
}

/** Start of the run after the one that began at `startedAt`, by the Engine's events; null when there is none. */
function nextStart({ events }: LogAccess, id: string, startedAt: string | null): string | null {
  const known = events.runs.of(id);
  const start = startedAt === null ? -1 : indexOfStart(known, startedAt);
  return known.slice(start + 1).find(({ kind }) => kind === "start" && start !== -1)?.time ?? null;
}

/** Whether the name still belongs to the container, in the same run. True for a removed container: what it wrote is read. */
export async function isSameRun(
  { docker }: LogAccess,
  name: string,
  { id, runs }: ContainerIdentity,
): Promise<boolean> {
  try {
    const now = await docker.identify(name);
    return now.id === id && now.runs.startedAt === runs.startedAt;
  } catch (error) {
    if (toAppError(error).code !== "not_found") throw error;
    return (await currentRuns(docker, id)) === undefined;
  }
}

/** Aborts `over` when the name belongs to another container. Unknown counts as no: the next event or stream end asks again. */
export async function abortIfMoved(
  { docker }: LogAccess,
  name: string,
  id: string,
  over: AbortController,
): Promise<void> {
  try {
    if ((await docker.identify(name)).id === id) return;
  } catch (error) {
    // No container has the name.
    if (toAppError(error).code !== "not_found") return;
  }
  over.abort();
}

/** The chunks of a stream, until it ends or breaks: `readableEnded` of the stream tells which. */
export async function* untilOver(stream: Readable): AsyncGenerator<Buffer> {
  try {
    yield* stream;
  } catch {
    // Half a line is read again from the position.
  }
}
