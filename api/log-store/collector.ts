import { type ContainerEvent, type ContainerEvents, openContainerEvents } from "../../shared/host/container-events.ts";
import { createContainerLogs } from "../../shared/host/container-logs/container-logs.ts";
import { formatContainerCursor, settled, startOf } from "../../shared/host/container-logs/container-position.ts";
import type { DockerHost } from "../../shared/host/docker.ts";
import { advance, type LogLine, type LogSource, type Position } from "../../shared/logs/log-source.ts";
import type { GapReason } from "../../shared/protocol/events/services.ts";
import type { LogCollection, LogGapReason } from "../../shared/protocol/log-search.ts";
import type { Service, ServiceDetail } from "../../shared/protocol/service.ts";
import { delay } from "../../shared/server/backoff.ts";
import { toAppError } from "../../shared/server/errors.ts";
import type { Log } from "../../shared/server/log.ts";
import type { Intake } from "./intake.ts";
import { createSlots } from "./slots.ts";
import type { StreamState } from "./writer.ts";

/** A container that is met with a log already takes up this much of it. */
const FIRST_LINES = 10_000;
const FIRST_MS = 24 * 60 * 60_000;
/** Ends of one container that may wait for their place. */
const EXITS_MAX = 16;
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
}

export interface CollectorOptions {
  docker: DockerHost;
  intake: Intake;
  log: Log;
  /** When the store began, in milliseconds: what is younger is kept from its first line on. */
  since: number;
}

/** Follows every running container once, reads up what the others wrote, and hands all of it to the intake. */
export function startCollector({ docker, intake, log, since }: CollectorOptions): Collector {
  const closing = new AbortController();
  const events: ContainerEvents = openContainerEvents(docker, log);
  const tasks = new Map<string, Task>();
  /** Exit codes of followed containers that have no place yet, oldest first: one that restarts at once is not seen to have exited. */
  const exits = new Map<string, number[]>();
  const slots = createSlots(AT_ONCE);
  /** Containers made later are new to the store, and kept from their first line on; the list of the Engine has seconds. */
  const newSince = Math.min(since, intake.seenUntil ?? since) - 1_000;
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
    const task: Task = { name, abort, collection: "idle", busy: true, again: false, done: Promise.resolve() };
    tasks.set(id, task);
    task.done = collect(id, task, signal)
      .catch((error: unknown) => {
        if (signal.aborted) return;
        // The next list, a minute later or when the Engine is back, tries again.
        if (tasks.get(id) === task) tasks.delete(id);
        if (toAppError(error).code === "not_found") return;
        if (toAppError(error).code !== "upstream_unavailable") log.warn({ err: error }, "a container's log broke off");
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
      const ready = await slots.run(() => catchUp(id, task, source, signal));
      if (ready === undefined || signal.aborted) return;
      if (!ready.running) continue;
      task.collection = "following";
      await follow(id, ready.stream, source, signal);
      task.collection = "idle";
    } while (task.again && !signal.aborted && tasks.get(id) === task);
  };

  /** Looks at the container and reads what it wrote while nobody looked; undefined: its log is not kept. */
  const catchUp = async (id: string, task: Task, source: LogSource, signal: AbortSignal) => {
    const detail = await docker.detail(id);
    task.name = detail.name;
    if (detail.labels[LOGS_LABEL] === "off" || unreadableDrivers.has(detail.logDriver)) {
      task.collection = detail.labels[LOGS_LABEL] === "off" ? "off" : "unreadable";
      return undefined;
    }
    const running = detail.state === "running" || detail.state === "paused" || detail.state === "restarting";
    const stream = intake.stream(id, detail.name, detail.createdAt);
    const position = stream.position === null ? undefined : source.parseCursor(stream.position);
    if (position) intake.noteRun(stream, detail);
    else if (Date.parse(detail.createdAt) >= newSince) begin(stream, detail);
    else await readFirst(id, stream, source, detail, signal);
    if (!running) {
      const from = source.parseCursor(stream.position ?? "") ?? startOf(id);
      await readAfter(stream, source, from, signal);
      exits.delete(id);
      if (detail.startedAt !== null) intake.noteExit(stream, detail.exitCode ?? undefined, detail);
    }
    return { stream, running };
  };

  /** A container that is new: everything it writes is kept. */
  const begin = (stream: StreamState, { startedAt }: ServiceDetail) => {
    if (startedAt !== null) intake.beginRun(stream, startedAt);
    intake.put(stream, [], formatContainerCursor(startOf(stream.sourceId)));
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
    intake.noteRun(stream, detail);
    let position: Position = startOf(id);
    const reached = await source.readTail(
      FIRST_LINES,
      {
        async onLines(lines) {
          seen += lines.length;
          const young = lines.filter(({ time }) => time >= oldest);
          left += lines.length - young.length;
          if (young.length > 0 && stream.nextN === 0 && (left > 0 || seen >= FIRST_LINES)) {
            intake.noteGap(stream, "first_start", young[0]?.time);
          }
          position = advance(position, lines);
          await intake.put(stream, young, formatContainerCursor(settled(position)));
        },
        onLost() {},
      },
      signal,
    );
    await intake.put(stream, [], formatContainerCursor(settled(reached)));
  };

  const readAfter = async (stream: StreamState, source: LogSource, from: Position, signal: AbortSignal) => {
    const reached = await source.readAfter(
      from,
      {
        onLines: (lines, before) => intake.put(stream, lines, formatContainerCursor(settled(advance(before, lines)))),
        onLost: ({ reason }) => intake.noteGap(stream, toGapReason(reason)),
      },
      signal,
    );
    await intake.put(stream, [], formatContainerCursor(settled(reached)));
  };

  /** Follows until the container exits or goes. */
  const follow = async (id: string, stream: StreamState, source: LogSource, signal: AbortSignal) => {
    const over = new AbortController();
    let exit: { exitCode: number | undefined } | undefined;
    let position = source.parseCursor(stream.position ?? "") ?? startOf(id);
    const look = async () => {
      intake.noteRun(stream, await docker.detail(id));
    };
    await source.follow(
      position,
      {
        onLines(lines: LogLine[]) {
          position = advance(position, lines);
          return intake.put(stream, lines, formatContainerCursor(settled(position)));
        },
        onLost({ reason, to }) {
          if (to) position = new Map([...position, ...to]);
          intake.noteGap(stream, toGapReason(reason));
        },
        onState(state) {
          if (state === "restarted") {
            intake.noteExit(stream, exits.get(id)?.shift());
            intake.beginRun(stream, null);
          }
          // The Engine may have been away, and the container restarted with it.
          if (state !== "reattaching") void look().catch(() => {});
        },
        onClosed({ code, exitCode }) {
          if (code === "exited") exit = { exitCode };
          over.abort();
        },
      },
      AbortSignal.any([signal, over.signal]),
    );
    if (!exit || signal.aborted) return;
    // It may run again by now, and the first words of the new run have come with the last of the old.
    const detail = await docker.detail(id).catch(() => undefined);
    // Of two ends the Engine tells the second.
    const [ended, endedAgain] = exits.get(id) ?? [];
    exits.delete(id);
    intake.noteExit(stream, endedAgain === undefined ? exit.exitCode : ended, detail);
    if (detail) intake.noteRun(stream, detail);
  };

  const forget = (id: string) => {
    const task = tasks.get(id);
    tasks.delete(id);
    exits.delete(id);
    // Its last words may still be on their way: reading ends by itself when the Engine no longer knows it.
    void (task?.done ?? Promise.resolve()).then(() => {
      task?.abort.abort();
      removed(id);
    });
  };

  const relist = async () => {
    // One that begins while the list is on its way is not missing from it.
    const before = new Set([...tasks.keys(), ...intake.streams().map(({ sourceId }) => sourceId)]);
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
      if (here.has(id)) continue;
      if (tasks.has(id)) forget(id);
      else removed(id);
    }
    for (const { id, name, state } of services) {
      const task = tasks.get(id);
      const isLive = state === "running" || state === "paused" || state === "restarting";
      if (!task || (isLive && !task.busy && task.collection === "idle")) ensure(id, name);
    }
  };
  const removed = (id: string) => {
    const stream = intake.find(id);
    if (stream && !closing.signal.aborted) intake.noteRemoval(stream);
  };

  const onEvent = ({ id, name, action, exitCode }: ContainerEvent) => {
    if (action === "start") {
      // The end before it has its place already: its code came late, and is not that of the next one.
      if (intake.find(id)?.ended) exits.delete(id);
      ensure(id, name);
    } else if (action === "die" && exitCode !== undefined && tasks.has(id))
      exits.set(id, [...(exits.get(id) ?? []), exitCode].slice(-EXITS_MAX));
    else if (action === "destroy") forget(id);
    else if (action === "rename" && tasks.has(id)) {
      (tasks.get(id) as Task).name = name;
      if (intake.find(id)) intake.stream(id, name);
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
      intake.release();
      await Promise.all([watching, events.close(), ...[...tasks.values()].map(({ done }) => done)]);
    },
  };
}

const toGapReason = (reason: GapReason): LogGapReason =>
  reason === "rotated" || reason === "truncated" || reason === "expired" ? reason : "source_lost";
