import type { Readable } from "node:stream";
import { setImmediate as immediate } from "node:timers/promises";
import type { ContainerIdentity } from "../../docker/docker-host.ts";
import { toAppError } from "../../server/errors.ts";
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

/**
 * Looks at a run that has ended.
 * @returns `isPast`: another run has begun. `time`: lines after this time are not of the ended run; undefined when unknown
 */
export async function findEnd(
  access: LogAccess,
  { id, runs }: ContainerIdentity,
  signal: AbortSignal,
): Promise<{ isPast: boolean; time?: string | undefined }> {
  const now = await currentRuns(access.docker, id);
  if (now && now.startedAt !== runs.startedAt) return { isPast: true };
  // Removed: no run follows. Running: the Engine does not know of the end yet, and has begun no other run.
  if (!now || now.running) return { isPast: false };
  const end = () => endOfRun(access, id, runs.startedAt);
  if (end() === undefined) await access.events.runs.change(id, LAST_EVENT_MS, signal);
  return { isPast: false, time: end() };
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
