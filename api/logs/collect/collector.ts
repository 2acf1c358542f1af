import pLimit from "p-limit";
import {
  type ContainerEvent,
  type ContainerEvents,
  openContainerEvents,
} from "../../../shared/docker/container-events.ts";
import type { DockerHost } from "../../../shared/docker/docker-host.ts";
import { knownRunOf, NEVER } from "../../../shared/logs/container-runs.ts";
import { createContainerLogs } from "../../../shared/logs/docker/container-logs.ts";
import {
  formatContainerCursor,
  knownRun,
  newestTime,
  settled,
  startOf,
  withRun,
} from "../../../shared/logs/docker/container-position.ts";
import { readRemoved } from "../../../shared/logs/docker/removed-log.ts";
import {
  advance,
  type LogLine,
  type LogSource,
  type Position,
  type ReadHandlers,
} from "../../../shared/logs/log-source.ts";
import { toUtcTime } from "../../../shared/logs/utc-time.ts";
import type { GapReason } from "../../../shared/protocol/events/services.ts";
import type { LogCollection, LogGapReason } from "../../../shared/protocol/log-search.ts";
import type { Service, ServiceDetail } from "../../../shared/protocol/service.ts";
import { delay } from "../../../shared/server/backoff.ts";
import { toAppError } from "../../../shared/server/errors.ts";
import type { Log } from "../../../shared/server/log.ts";
import { parseLineTime } from "../store/line-time.ts";
import type { StreamState } from "../store/stream-state.ts";
import type { Ingest } from "./ingest.ts";

/** A container that is met with a log already takes up this much of it. */
const FIRST_LINES = 10_000;
const FIRST_MS = 24 * 60 * 60_000;
/** In case an event was missed. */
const RELIST_MS = 60_000;
/** Containers that are looked at or read up at once. */
const AT_ONCE = 4;
/** A container with this label and the value `off` is left out. */
export const LOGS_LABEL = "ai-desktop.logs";
const unreadableDrivers = new Set(["none"]);

export interface CollectedContainer {
  id: string;
  name: string;
  collection: LogCollection;
}

export interface Collector {
  /** Containers there are now. */
  containers(): CollectedContainer[];
  /** Why nothing can be collected; undefined while all is well. */
  readonly trouble: string | undefined;
  close(): Promise<void>;
}

interface Task {
  name: string;
  collection: LogCollection;
  abort: AbortController;
  done: Promise<void>;
  /** It is being read, or about to be. */
  busy: boolean;
  /** It has started again while its last words were read. */
  again: boolean;
  /** Reading ended by a fault: it is tried again. */
  failed: boolean;
  /** The follower has delivered all that is known of the removed container. */
  isConcluded: boolean;
}

export interface CollectorOptions {
  docker: DockerHost;
  ingest: Ingest;
  log: Log;
  /** When the store began, in milliseconds: what is younger is kept from its first line on. */
  since: number;
}

/** Follows every running container once, reads up what the others wrote, and hands all of it to the ingest. */
export function startCollector({ docker, ingest, log, since }: CollectorOptions): Collector {
  const closing = new AbortController();
  const events: ContainerEvents = openContainerEvents(docker, log);
  const tasks = new Map<string, Task>();
  /** Containers whose log the Engine cannot read any further. */
  const unreadable = new Set<string>();
  /** Removed containers whose last lines are read, by id. */
  const leaving = new Map<string, Promise<void>>();
  const limit = pLimit(AT_ONCE);
  /** Containers made later are new to the store, and kept from their first line on; the list of the Engine has seconds. */
  const newSince = Math.min(since, ingest.seenUntil ?? since) - 1_000;
  let trouble: string | undefined;

  const ensure = (id: string, name: string) => {
    const known = tasks.get(id);
    if (known) {
      known.name = name;
      known.again = true;
      if (known.busy) return;
    }
    const abort = new AbortController();
    const signal = AbortSignal.any([closing.signal, abort.signal]);
    const task: Task = {
      name,
      abort,
      collection: "idle",
      busy: true,
      again: false,
      failed: false,
      isConcluded: false,
      done: Promise.resolve(),
    };
    tasks.set(id, task);
    task.done = collect(id, task, signal)
      .catch((error: unknown) => {
        if (signal.aborted) return;
        const { code } = toAppError(error);
        if (code === "not_found") {
          if (tasks.get(id) === task) tasks.delete(id);
          return;
        }
        // The next list, a minute later or when the Engine is back, tries again.
        task.collection = code === "upstream_unavailable" ? "idle" : "unreadable";
        task.failed = true;
        if (code === "not_supported") noteUnreadable(id, error);
        else if (code !== "upstream_unavailable") log.warn({ err: error }, "a container's log broke off");
      })
      .finally(() => {
        task.busy = false;
        if (task.collection === "following") task.collection = "idle";
      });
  };

  const collect = async (id: string, task: Task, signal: AbortSignal) => {
    const source = createContainerLogs(id, docker, events);
    do {
      task.again = false;
      const ready = await limit(() => catchUp(id, task, source, signal));
      if (ready === undefined || signal.aborted) return;
      if (!ready.running) continue;
      task.collection = "following";
      await follow(id, task, ready.stream, source, signal);
      task.collection = "idle";
    } while (task.again && !signal.aborted && tasks.get(id) === task);
  };

  /** Looks at the container and reads what it wrote while nobody looked; undefined: its log is not kept. */
  const catchUp = async (id: string, task: Task, source: LogSource, signal: AbortSignal) => {
    const detail = await docker.detail(id);
    task.name = detail.name;
    // An image may not keep its own logs from being kept: only who runs the container may.
    const isOff = detail.labels[LOGS_LABEL] === "off" && (await docker.ownLabel(id, LOGS_LABEL)) === "off";
    if (isOff || unreadableDrivers.has(detail.logDriver)) {
      task.collection = isOff ? "off" : "unreadable";
      return undefined;
    }
    const running = detail.state === "running" || detail.state === "paused" || detail.state === "restarting";
    const stream = ingest.stream(id, detail.name, detail.createdAt);
    const position = positionOf(stream, source);
    if (position) await putRun(stream, position, detail);
    else if (Date.parse(detail.createdAt) >= newSince) begin(stream);
    else await readFirst(id, stream, source, detail, signal);
    if (!running) {
      await readAfter(stream, source, positionOf(stream, source) ?? startOf(id), signal);
    }
    return { stream, running };
  };

  const positionOf = (stream: StreamState, source: LogSource) =>
    stream.position === null ? undefined : source.parseCursor(stream.position);

  /** A position of an earlier release does not say which runs are known: the stream does, in milliseconds. */
  const putRun = async (stream: StreamState, position: Position, detail: ServiceDetail) => {
    if (knownRun(position)) return;
    const { startedAt, ended } = stream;
    const { runs } = await docker.identify(stream.sourceId);
    const isSame = startedAt === null || startedAt === detail.startedAt;
    const known = isSame
      ? { ...knownRunOf(runs), ended: startedAt === null ? !runs.running : ended }
      : { startedAt: toUtcTime(startedAt) ?? NEVER, ended, restartCount: 0 };
    if (stream.run === 0) stream.run = 1;
    await ingest.put(stream, [], formatContainerCursor(withRun(position, known)));
  };

  /** A container that is new: everything it writes is kept, from its first start on. */
  const begin = (stream: StreamState) => {
    ingest.put(stream, [], formatContainerCursor(startOf(stream.sourceId)));
  };

  /** Takes in lines, or an end or a start between them. */
  const take = (stream: StreamState, lines: LogLine[], position: Position) => {
    const cursor = formatContainerCursor(settled(position));
    const change = lines[0]?.change;
    if (!change) return ingest.put(stream, lines, cursor);
    return ingest.noteChange(stream, change, cursor);
  };

  /** Said once: what follows cannot be read, now or later. */
  const noteUnreadable = (id: string, error: unknown) => {
    if (unreadable.has(id)) return;
    unreadable.add(id);
    const task = tasks.get(id);
    if (task) task.collection = "unreadable";
    log.warn({ err: error }, "a container's log cannot be read any further");
    const stream = ingest.find(id);
    if (stream) ingest.noteGap(stream, "unreadable");
  };

  /** A container that was there before the store: the last of its log, unless that is old. */
  const readFirst = async (
    id: string,
    stream: StreamState,
    source: LogSource,
    detail: ServiceDetail,
    signal: AbortSignal,
  ) => {
    const oldest = new Date(Date.now() - FIRST_MS).toISOString();
    let seen = 0;
    let left = 0;
    if (stream.run === 0 && detail.startedAt !== null) stream.run = 1;
    let position: Position = startOf(id);
    const reached = await source.readTail(
      FIRST_LINES,
      {
        async onLines(lines, before) {
          if (position.size === 0 || knownRun(position)?.startedAt === NEVER) position = before;
          if (lines[0]?.change) {
            position = advance(position, lines);
            if (stream.nextN > 0) take(stream, lines, position);
            return;
          }
          seen += lines.length;
          const young = lines.filter(({ time }) => time >= oldest);
          left += lines.length - young.length;
          if (young.length > 0 && stream.nextN === 0 && (left > 0 || seen >= FIRST_LINES)) {
            ingest.noteGap(stream, "first_start", young[0]?.time);
          }
          position = advance(position, lines);
          await ingest.put(stream, young, formatContainerCursor(settled(position)));
        },
        // It stands before the first line, which is in the order of time.
        onLost: ({ reason, to }) => ingest.noteGap(stream, toGapReason(reason), to ? newestTime(to) : undefined),
      },
      signal,
    );
    // The next read delivers the end of a stopped container, unless it stood between the lines.
    const known = knownRun(reached);
    const untold = known && detail.startedAt !== null && !stream.ended;
    const end = untold ? withRun(reached, { ...known, ended: false }) : reached;
    await ingest.put(stream, [], formatContainerCursor(settled(end)));
  };

  const readAfter = async (stream: StreamState, source: LogSource, from: Position, signal: AbortSignal) => {
    const reached = await source.readAfter(
      from,
      {
        onLines: (lines, before) => take(stream, lines, advance(before, lines)),
        onLost: ({ reason }) => ingest.noteGap(stream, toGapReason(reason)),
      },
      signal,
    );
    await ingest.put(stream, [], formatContainerCursor(settled(reached)));
  };

  /** Follows until the container exits or goes. */
  const follow = async (id: string, task: Task, stream: StreamState, source: LogSource, signal: AbortSignal) => {
    const over = new AbortController();
    let position = positionOf(stream, source) ?? startOf(id);
    await source.follow(
      position,
      {
        onLines(lines: LogLine[]) {
          unreadable.delete(id);
          position = advance(position, lines);
          return take(stream, lines, position);
        },
        onLost({ reason, to }) {
          if (to) position = new Map([...position, ...to]);
          ingest.noteGap(stream, toGapReason(reason), startAfter(stream, to));
        },
        onTrouble: (trouble) => noteUnreadable(id, new Error(trouble.message)),
        onState() {},
        onClosed({ code }) {
          task.isConcluded = code === "removed";
          if (code !== "exited") over.abort();
        },
        onStill: () => over.abort(),
      },
      AbortSignal.any([signal, over.signal]),
    );
  };

  /** Ends the task of a removed container once its last lines are read, and marks the removal. */
  const forget = (id: string) => {
    if (leaving.has(id)) return;
    const task = tasks.get(id);
    tasks.delete(id);
    unreadable.delete(id);
    // Its last lines may still be on their way: reading ends by itself when the Engine no longer knows the container.
    const left = (task?.done ?? Promise.resolve()).then(async () => {
      task?.abort.abort();
      const stream = ingest.find(id);
      if (!stream || stream.removed || closing.signal.aborted) return;
      if (!task?.isConcluded) await readLast(stream);
      if (!closing.signal.aborted) ingest.noteRemoval(stream);
    });
    leaving.set(
      id,
      left
        .catch((error: unknown) => log.error({ err: error }, "the end of a removed container could not be stored"))
        .finally(() => leaving.delete(id)),
    );
  };

  /** Stores what is known of a removed container: its ends and starts, and a gap for what was not read. */
  const readLast = async (stream: StreamState) => {
    const position = positionOf(stream, createContainerLogs(stream.sourceId, docker, events));
    if (!position) return;
    const handlers: ReadHandlers = {
      onLines: (lines, before) => take(stream, lines, advance(before, lines)),
      onLost: ({ reason, to }) => ingest.noteGap(stream, toGapReason(reason), startAfter(stream, to)),
    };
    await readRemoved({ docker, events }, position, handlers, closing.signal);
  };

  const relist = async () => {
    // One that begins while the list is on its way is not missing from it.
    const before = new Set([...tasks.keys(), ...ingest.streams().map(({ sourceId }) => sourceId)]);
    try {
      const services = await docker.list();
      trouble = undefined;
      meet(services, before);
    } catch (error) {
      trouble = toAppError(error).message;
    }
  };
  const meet = (services: readonly Service[], before: ReadonlySet<string>) => {
    const here = new Set(services.map(({ id }) => id));
    for (const id of before) {
      if (!here.has(id)) forget(id);
    }
    for (const { id, name, state } of services) {
      const task = tasks.get(id);
      const isLive = state === "running" || state === "paused" || state === "restarting";
      if (!task || (!task.busy && (task.failed || (isLive && task.collection === "idle")))) ensure(id, name);
    }
  };
  const onEvent = ({ id, name, action }: ContainerEvent) => {
    if (action === "start") ensure(id, name);
    else if (action === "destroy") forget(id);
    else if (action === "rename" && tasks.has(id)) {
      (tasks.get(id) as Task).name = name;
      if (ingest.find(id)) ingest.stream(id, name);
    }
  };
  events.on("event", onEvent);
  const onReattached = () => void relist();
  events.on("reattached", onReattached);

  const watch = async () => {
    while (!closing.signal.aborted) {
      await relist();
      await delay(RELIST_MS, closing.signal);
    }
  };
  const watching = watch();

  return {
    containers: () => [...tasks].map(([id, { name, collection }]) => ({ id, name, collection })),
    get trouble() {
      return trouble;
    },
    async close() {
      closing.abort();
      ingest.release();
      await Promise.all([
        watching,
        events.close(),
        ...[...tasks.values()].map(({ done }) => done),
        ...leaving.values(),
      ]);
    },
  };
}

/** Start of the run at the position, for a gap that stands after it; undefined where later lines are stored. */
function startAfter(stream: StreamState, position: Position | null): string | undefined {
  const startedAt = position && knownRun(position)?.startedAt;
  return startedAt && parseLineTime(startedAt).us > stream.lastUs ? startedAt : undefined;
}

const toGapReason = (reason: GapReason): LogGapReason =>
  reason === "rotated" || reason === "truncated" || reason === "expired" || reason === "unreadable"
    ? reason
    : "source_lost";
