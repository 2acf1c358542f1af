import type { ContainerEvents } from "../../docker/container-events.ts";
import type { ContainerIdentity, DockerHost } from "../../docker/docker-host.ts";
import { toAppError } from "../../server/errors.ts";
import { changesSince, indexOfStart, knownRunOf, type RunChange } from "../container-runs.ts";
import type { LogSource, ReadHandlers } from "../log-source.ts";
import {
  compareMarks,
  formatContainerCursor,
  idOf,
  isStream,
  needsWholeLog,
  parseContainerCursor,
  settled,
  startOf,
  withRun,
} from "./container-position.ts";
import { endOfRun, identifyReadable, LAST_EVENT_MS, type LogAccess, linesUpTo, START_EVENT_MS } from "./engine-log.ts";
import { followLog } from "./follow-log.ts";
import { createReading } from "./ordered-delivery.ts";
import { readAfter } from "./read-log.ts";
import { readTail, type Tail } from "./tail-log.ts";

/** Rounds of a tail that is read again because another container took the name. */
const MAX_ROUNDS = 5;
/** Lines of a tail that are delivered at once. */
const LINES_AT_ONCE = 1_000;
/** The event of an end or a start that is older than this has arrived. */
const RECENT_MS = 5_000;

/** Creates the log of a container name. It outlives restarts of the container and its replacement by a new one. */
export function createContainerLogs(name: string, docker: DockerHost, events: ContainerEvents): LogSource {
  const access: LogAccess = { docker, events };
  return {
    compare: compareMarks,
    isForeign: (left, right) => idOf(left) === idOf(right) && (needsWholeLog(left) || needsWholeLog(right)),
    isOther: (left, right) => idOf(left) !== idOf(right),
    hasNothing: (track, mark) => isStream(track) && mark.at === 0,
    formatCursor: formatContainerCursor,
    parseCursor: parseContainerCursor,

    async end(signal, onReached) {
      const { container, tail } = await tailOfRun(access, name, 1, signal);
      const { lines, position } = tail;
      if (lines[0]) onReached?.(lines[0]);
      return withRun(position, knownRunOf(container.runs));
    },

    async readTail(lines, handlers, signal) {
      const { container, tail } = await tailOfRun(access, name, Math.max(1, lines), signal);
      if (lines > 0) await handTail(access, container, tail, handlers, signal);
      const last = tail.lines.at(-1);
      if (last) handlers.onReached?.(last);
      // A quiet stream counts as far as the other one, so that a viewer joins the shared stream without another read.
      return withRun(settled(tail.position), knownRunOf(container.runs));
    },

    async readAfter(from, handlers, signal) {
      const container = await identifyReadable(docker, name);
      let position = from;
      if (idOf(from) !== idOf(startOf(container.id))) {
        position = startOf(container.id);
        handlers.onLost({ reason: "replaced", to: position });
      }
      // Lines that are left belong to a start that has not arrived: the shared stream delivers both.
      return (await readAfter(access, container, position, handlers, signal, { onLeft: () => {} })).position;
    },

    follow: (from, handlers, signal) => followLog(name, access, from, handlers, signal),
  };
}

interface ContainerTail {
  /** As it was after the lines were read: every end and start before them is known then. */
  container: ContainerIdentity;
  tail: Tail;
}

/**
 * Reads the last lines of the container that has the name. Lines of a run whose start event has not arrived yet wait for
 * that event, at most {@link START_EVENT_MS}.
 * @throws `AppError` like `identifyReadable`
 */
async function tailOfRun(access: LogAccess, name: string, count: number, signal: AbortSignal): Promise<ContainerTail> {
  const { docker, events } = access;
  let container = await identifyReadable(docker, name);
  let waiting: (ContainerTail & { until: number }) | undefined;
  for (let round = 1; ; round++) {
    let tail: Tail;
    let now: ContainerIdentity;
    try {
      tail = await readTail(docker, container, count, signal);
      now = await identifyReadable(docker, name);
    } catch (error) {
      // Removed while its start event was awaited: what was read of it is still good.
      if (waiting && toAppError(error).code === "not_found") return waiting;
      throw error;
    }
    const isSame = now.id === container.id;
    container = now;
    if (!isSame && round < MAX_ROUNDS) continue;
    const result = { container: { ...now, runs: events.runs.note(now.id, now.runs) }, tail };
    if (now.runs.running) return result;
    await events.runs.upTo(now.id, now.runs, signal);
    const end = endOfRun(access, now.id, now.runs.startedAt);
    if (end === undefined || linesUpTo(tail.lines, end).length === tail.lines.length) return result;
    const until = waiting?.until ?? performance.now() + START_EVENT_MS;
    if (performance.now() >= until || signal.aborted) return result;
    waiting = { ...result, until };
    await events.runs.change(now.id, LAST_EVENT_MS, signal);
  }
}

/** Delivers the last lines, and the ends and starts between them that the Engine's events hold. */
async function handTail(
  access: LogAccess,
  container: ContainerIdentity,
  { lines, base, damage }: Tail,
  handlers: ReadHandlers,
  signal: AbortSignal,
): Promise<void> {
  const [first] = lines;
  if (damage === "before" || (damage && !first)) {
    handlers.onLost({ reason: "unreadable", to: base, side: "behind" });
  }
  if (!first) return;
  const changes = await changesOfTail(access, container, first.time, signal);
  const known = changes[0]?.known ?? knownRunOf(container.runs);
  const reading = createReading(withRun(base, { ...known, ended: false }), changes, handlers);
  for (let at = 0; at < lines.length; at += LINES_AT_ONCE) {
    await reading.lines(lines.slice(at, at + LINES_AT_ONCE), reading.position());
  }
  await reading.finish(changes.length);
  if (damage === "behind") handlers.onLost({ reason: "unreadable", to: reading.position(), side: "before" });
}

async function changesOfTail(
  { events }: LogAccess,
  { id, runs }: ContainerIdentity,
  firstTime: string,
  signal: AbortSignal,
): Promise<RunChange[]> {
  const changedAt = Date.parse((runs.running ? runs.startedAt : runs.finishedAt) ?? "") || 0;
  const isRecent = Math.abs(Date.now() - changedAt) < RECENT_MS;
  const received = isRecent ? await events.runs.upTo(id, runs, signal) : events.runs.of(id);
  const begin = received.findIndex(({ kind, time }) => kind === "die" && time >= firstTime);
  if (begin === -1) return [];
  const newest = runs.startedAt === null ? -1 : indexOfStart(received, runs.startedAt);
  const end = newest === -1 ? received.length : newest + (runs.running ? 1 : 2);
  const start = received[begin - 1];
  const startedAt = start?.kind === "start" ? (start.startedAt ?? start.time) : firstTime;
  return changesSince(
    { startedAt, ended: false, restartCount: runs.restartCount },
    received.slice(begin, end),
    undefined,
  );
}
