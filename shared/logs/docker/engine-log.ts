import type { Readable } from "node:stream";
import type { ContainerEvents } from "../../docker/container-events.ts";
import type { ContainerIdentity, DockerHost } from "../../docker/docker-host.ts";
import { AppError, toAppError } from "../../server/errors.ts";
import { changesSince, indexOfStart, type RunChange, type RunEvent, type RunState } from "../container-runs.ts";
import type { Position } from "../log-source.ts";
import { createFrameDecoder, createTtyDecoder, type FrameDecoder } from "./container-frames.ts";
import { knownRun } from "./container-position.ts";

/** What the readers of a container's log use. */
export interface LogAccess {
  docker: DockerHost;
  events: ContainerEvents;
}

/** Drivers the Engine cannot read logs back from. */
export const unreadableDrivers = new Set(["none"]);

/** Returns the container that has the name now. @throws `AppError` `not_found`, `not_supported`, `upstream_unavailable` */
export async function identifyReadable(docker: DockerHost, name: string): Promise<ContainerIdentity> {
  const container = await docker.identify(name);
  if (unreadableDrivers.has(container.logDriver)) {
    throw new AppError("not_supported", "The log driver of this container keeps no logs that can be read.");
  }
  return container;
}

export const decoderOf = (container: ContainerIdentity, sought?: string): FrameDecoder =>
  container.tty ? createTtyDecoder() : createFrameDecoder(sought);

/** The log holds a record that the Engine cannot read. A retry fails in the same way. */
export class UnreadableLogError extends AppError {
  constructor(reason: string) {
    const words = reason.replace(/[^\x20-\x7e]+/g, " ").trim();
    super(
      "not_supported",
      `The Docker Engine cannot read this log any further${words === "" ? "." : `: ${words.slice(0, 200)}`}`,
    );
  }
}

/** Yields the chunks of a stream. @throws `AppError` `upstream_unavailable` when the stream breaks */
export async function* untilBroken(stream: Readable): AsyncGenerator<Buffer> {
  try {
    yield* stream;
  } catch (error) {
    throw new AppError("upstream_unavailable", "The Docker Engine went away.", { cause: error });
  }
}

/** Returns the current state of a container's runs; undefined when it was removed. */
export async function currentRuns(docker: DockerHost, id: string): Promise<RunState | undefined> {
  try {
    return (await docker.identify(id)).runs;
  } catch (error) {
    if (toAppError(error).code === "not_found") return undefined;
    throw error;
  }
}

/** Returns the ends and starts that a reader at the position has not received, up to the given state. */
export async function untoldChanges(
  { events }: LogAccess,
  id: string,
  position: Position,
  state: RunState | undefined,
  signal: AbortSignal,
): Promise<RunChange[]> {
  const known = knownRun(position);
  if (!known) return [];
  if (state && isSame(known, state)) return [];
  const told: readonly RunEvent[] = state ? await events.runs.upTo(id, state, signal) : events.runs.of(id);
  return changesSince(known, told, state);
}

const isSame = (known: { startedAt: string; ended: boolean }, { startedAt, running }: RunState) =>
  startedAt === null ? known.ended : known.startedAt === startedAt && known.ended === !running;

/** Returns when the run that began at `startedAt` ended by its event; undefined when the event has not arrived. */
export function endOfRun({ events }: LogAccess, id: string, startedAt: string | null): string | undefined {
  const told = events.runs.of(id);
  const start = startedAt === null ? -1 : indexOfStart(told, startedAt);
  const end = start === -1 ? undefined : told[start + 1];
  return end?.kind === "die" ? end.time : undefined;
}

/** An event that is on its way arrives within this time. */
export const LAST_EVENT_MS = 100;
/** The start event follows the first line of its run within this time; later lines without one belong to the ended run. */
export const START_EVENT_MS = 2_000;

/**
 * Returns the lines of a run that ended: those up to the last one that is not later than `lastTime`, the time of the end
 * event. The Engine writes all lines of a run before it sends that event, so later lines belong to the next run. They do only
 * if the newest line was written within {@link START_EVENT_MS} of `now` (milliseconds since the epoch): an older line, or one
 * of a clock that is ahead, belongs to the ended run.
 */
export function linesUpTo<Line extends { time: string }>(lines: Line[], lastTime: string, now = Date.now()): Line[] {
  const newest = lines.at(-1);
  if (newest === undefined || Math.abs(now - Date.parse(newest.time)) > START_EVENT_MS) return lines;
  return linesUntil(lines, lastTime);
}

/** Returns the lines up to the last one that is not later than `lastTime`. */
export function linesUntil<Line extends { time: string }>(lines: Line[], lastTime: string): Line[] {
  const last = lines.findLastIndex(({ time }) => time <= lastTime);
  return last === lines.length - 1 ? lines : lines.slice(0, last + 1);
}
