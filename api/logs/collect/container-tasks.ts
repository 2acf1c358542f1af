import pLimit from "p-limit";
import type { ContainerEvents } from "../../../shared/docker/container-events.ts";
import type { DockerHost } from "../../../shared/docker/docker-host.ts";
import { createContainerLogs } from "../../../shared/logs/docker/container-logs.ts";
import { readRemoved } from "../../../shared/logs/docker/removed-log.ts";
import {
  advance,
  type LogLine,
  type LogSource,
  type LostLines,
  type Position,
} from "../../../shared/logs/log-source.ts";
import type { LogCollection } from "../../../shared/protocol/log-search.ts";
import type { ServiceDetail } from "../../../shared/protocol/service.ts";
import { toAppError } from "../../../shared/server/errors.ts";
import type { Log } from "../../../shared/server/log.ts";
import { containerSubject, type StreamState } from "../store/stream-state.ts";
import type { CollectedLog } from "./collected-log.ts";
import { followLog } from "./follow-log.ts";
import type { Ingest } from "./ingest.ts";
import { isLive, readHeld } from "./read-held.ts";
import { noteGap, positionOf, takeLines } from "./take-lines.ts";

/** Containers that are inspected or read at the same time, beside those that are followed. */
const MAX_READING = 4;
/** A container with this label and the value `off` is left out. */
export const LOGS_LABEL = "ai-desktop.logs";
const unreadableDrivers = new Set(["none"]);

interface Task {
  name: string;
  collection: LogCollection;
  abort: AbortController;
  done: Promise<void>;
  /** The container is being read, or about to be. */
  busy: boolean;
  /** The container has started again while its last lines were read. */
  again: boolean;
  /** Reading ended by an error and is tried again. */
  failed: boolean;
  /** The follower has delivered all that is known of the removed container. */
  isConcluded: boolean;
}

export interface ContainerTasksOptions {
  docker: DockerHost;
  ingest: Ingest;
  log: Log;
  events: ContainerEvents;
  /** Containers created later are new to the store: their logs are stored from the first line. In milliseconds. */
  newSince: number;
  /** Ends all tasks. */
  signal: AbortSignal;
}

/** One task for each container, which reads its log and follows it while it runs. */
export interface ContainerTasks {
  /** Reads the container, or reads it again once the present read has ended. */
  start(id: string, name: string): void;
  rename(id: string, name: string): void;
  /** Ends the task of a removed container once its last lines are read, and marks the removal. */
  forget(id: string): void;
  /** Whether the container is not read but should be. */
  isDue(id: string, state: string): boolean;
  ids(): string[];
  list(): CollectedLog[];
  /** Resolves once all tasks have ended. */
  settled(): Promise<unknown>;
}

export function createContainerTasks(options: ContainerTasksOptions): ContainerTasks {
  const { docker, ingest, log, events, signal: closing } = options;
  const tasks = new Map<string, Task>();
  /** Containers whose log the Engine cannot read any further; reported once. */
  const unreadable = new Set<string>();
  /** Removed containers whose last lines are read, by id. */
  const leaving = new Map<string, Promise<void>>();
  const limit = pLimit(MAX_READING);

  const noteUnreadable = (id: string, error: unknown) => {
    if (unreadable.has(id)) return;
    unreadable.add(id);
    const task = tasks.get(id);
    if (task) task.collection = "unreadable";
    log.warn({ err: error }, "a container's log cannot be read any further");
    const stream = ingest.find(id);
    if (stream) ingest.noteGap(stream, "unreadable");
  };

  const collect = async (id: string, task: Task, signal: AbortSignal) => {
    const source = createContainerLogs(id, docker, events);
    const onReadable = () => void unreadable.delete(id);
    const onUnreadable = (message: string) => noteUnreadable(id, new Error(message));
    do {
      task.again = false;
      const ready = await limit(() => catchUp(options, id, task, source, signal));
      if (ready === undefined || signal.aborted) return;
      if (!ready.isLive) continue;
      task.collection = "following";
      const { isRemoved } = await followLog({ ingest, stream: ready.stream, source, signal, onReadable, onUnreadable });
      task.isConcluded = isRemoved;
      task.collection = "idle";
    } while (task.again && !signal.aborted && tasks.get(id) === task);
  };

  const noteFailure = (id: string, task: Task, error: unknown) => {
    const { code } = toAppError(error);
    if (code === "not_found") {
      if (tasks.get(id) === task) tasks.delete(id);
      return;
    }
    // The next list of containers, a minute later or when the Engine is back, tries again.
    task.collection = code === "upstream_unavailable" ? "idle" : "unreadable";
    task.failed = true;
    if (code === "not_supported") noteUnreadable(id, error);
    else if (code !== "upstream_unavailable") log.warn({ err: error }, "a container's log broke off");
  };

  return {
    start(id, name) {
      const known = tasks.get(id);
      if (known) Object.assign(known, { name, again: true });
      if (known?.busy) return;
      const task = createTask(name);
      const signal = AbortSignal.any([closing, task.abort.signal]);
      tasks.set(id, task);
      task.done = collect(id, task, signal)
        .catch((error: unknown) => {
          if (!signal.aborted) noteFailure(id, task, error);
        })
        .finally(() => {
          task.busy = false;
          if (task.collection === "following") task.collection = "idle";
        });
    },
    rename(id, name) {
      const task = tasks.get(id);
      if (!task) return;
      task.name = name;
      if (ingest.find(id)) ingest.stream(containerSubject(id, name));
    },
    forget(id) {
      if (leaving.has(id)) return;
      const task = tasks.get(id);
      tasks.delete(id);
      unreadable.delete(id);
      const left = conclude(options, id, task)
        .catch((error: unknown) => log.error({ err: error }, "the end of a removed container could not be stored"))
        .finally(() => leaving.delete(id));
      leaving.set(id, left);
    },
    isDue(id, state) {
      const task = tasks.get(id);
      return !task || (!task.busy && (task.failed || (isLive(state) && task.collection === "idle")));
    },
    ids: () => [...tasks.keys()],
    list: () => [...tasks].map(([id, { name, collection }]) => ({ kind: "container", id, name, collection })),
    settled: () => Promise.all([...[...tasks.values()].map(({ done }) => done), ...leaving.values()]),
  };
}

const createTask = (name: string): Task => ({
  name,
  abort: new AbortController(),
  collection: "idle",
  busy: true,
  again: false,
  failed: false,
  isConcluded: false,
  done: Promise.resolve(),
});

/** Reads what the container wrote before; undefined for a container that is left out. */
async function catchUp(
  { docker, ingest, newSince }: ContainerTasksOptions,
  id: string,
  task: Task,
  source: LogSource,
  signal: AbortSignal,
) {
  const detail = await docker.detail(id);
  task.name = detail.name;
  const excluded = await exclusionOf(docker, detail);
  if (excluded) {
    task.collection = excluded;
    return undefined;
  }
  const stream = ingest.stream(containerSubject(id, detail.name), detail.createdAt);
  await readHeld({ docker, ingest, stream, source, detail, signal }, Date.parse(detail.createdAt) >= newSince);
  return { stream, isLive: isLive(detail.state) };
}

/** Ends the task of a removed container once its last lines are read, and marks the removal. */
async function conclude(options: ContainerTasksOptions, id: string, task: Task | undefined): Promise<void> {
  const { ingest, signal } = options;
  // Its last lines may still be on their way: reading ends by itself when the Engine no longer knows the container.
  await task?.done;
  task?.abort.abort();
  const stream = ingest.find(id);
  if (!stream || stream.removed || signal.aborted) return;
  if (!task?.isConcluded) await readLast(options, stream);
  if (!signal.aborted) ingest.noteRemoval(stream);
}

/** Stores what is known of a removed container: its ends and starts, and a gap for what was not read. */
async function readLast({ docker, events, ingest, signal }: ContainerTasksOptions, stream: StreamState): Promise<void> {
  const position = positionOf(stream, createContainerLogs(stream.sourceId, docker, events));
  if (!position) return;
  const handlers = {
    onLines: (lines: LogLine[], before: Position) => takeLines(ingest, stream, lines, advance(before, lines)),
    onLost: (lost: LostLines) => noteGap(ingest, stream, lost),
  };
  await readRemoved({ docker, events }, position, handlers, signal);
}

/** Why the logs of a container are not stored. Only the label of the container itself counts, not that of its image. */
async function exclusionOf(docker: DockerHost, detail: ServiceDetail): Promise<LogCollection | undefined> {
  if (detail.labels[LOGS_LABEL] === "off" && (await docker.ownLabel(detail.id, LOGS_LABEL)) === "off") return "off";
  return unreadableDrivers.has(detail.logDriver) ? "unreadable" : undefined;
}
