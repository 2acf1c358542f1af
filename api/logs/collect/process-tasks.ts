import pLimit from "p-limit";
import {
  advance,
  type LogLine,
  type LogSource,
  type LostLines,
  type Position,
} from "../../../shared/logs/log-source.ts";
import type { ProcessEvents } from "../../../shared/logs/pm2/process-events.ts";
import { createProcessLogs } from "../../../shared/logs/pm2/process-logs.ts";
import type { ProcessHost } from "../../../shared/pm2/process-host.ts";
import { toAppError } from "../../../shared/server/errors.ts";
import type { Log } from "../../../shared/server/log.ts";
import { type StreamState, subjectOf } from "../store/stream-state.ts";
import type { CollectedLog } from "./collected-log.ts";
import type { Ingest } from "./ingest.ts";
import { toGapReason } from "./take-lines.ts";

/** Deployments whose files are read back at the same time, beside those that are followed. */
const MAX_READING = 2;
/** Deployments that are followed; each watches its files. */
export const MAX_FOLLOWED = 500;
/** Bounds of what is read back of each file of an app that is new to the store. */
const MAX_FIRST_LINES = 10_000;
const MAX_FIRST_BYTES = 8 * 1024 * 1024;
/** Slower than for a viewer: the lines come with the events of the files. */
const pace = { relistMs: 30_000, isAligned: true, pollMs: 2_000, linkedPollMs: 5_000 };

export interface ProcessTasksOptions {
  processes: Pick<ProcessHost, "logFiles" | "linkOf">;
  events: ProcessEvents;
  ingest: Ingest;
  log: Log;
  /** Ends all tasks. */
  signal: AbortSignal;
}

/** One task for each deployment, which reads its log files and follows them. */
export interface ProcessTasks {
  /**
   * Follows the deployments of this list, and ends the tasks of all others. Marks a stored one that is missing as removed.
   *
   * @param isUnknown whether the daemon of a deployment did not respond: it may still be there
   */
  compare(present: readonly { id: string; running: boolean }[], isUnknown: (id: string) => boolean): void;
  list(): CollectedLog[];
  /** Resolves once all tasks have ended. */
  settled(): Promise<unknown>;
}

interface Task {
  abort: AbortController;
  done: Promise<void>;
  collection: CollectedLog["collection"];
  running: boolean;
  note: string | undefined;
  ended: boolean;
}

export function createProcessTasks(options: ProcessTasksOptions): ProcessTasks {
  const { ingest, log, signal: closing } = options;
  const tasks = new Map<string, Task>();
  const leaving = new Set<Promise<void>>();
  const limit = pLimit(MAX_READING);
  let leftOut: readonly { id: string }[] = [];

  const start = (id: string, running: boolean) => {
    const abort = new AbortController();
    const task: Task = { abort, running, collection: "idle", note: undefined, ended: false, done: Promise.resolve() };
    tasks.set(id, task);
    task.done = collect(options, id, task, AbortSignal.any([closing, abort.signal]), limit)
      .catch((error: unknown) => {
        // The next list tries again.
        if (!closing.aborted && toAppError(error).code === "internal") {
          log.warn({ err: error }, "the log of a process broke off");
        }
      })
      .finally(() => {
        task.ended = true;
      });
  };
  const end = (id: string, task: Task) => {
    tasks.delete(id);
    task.abort.abort();
    const left = task.done.finally(() => leaving.delete(left));
    leaving.add(left);
  };

  return {
    compare(present, isUnknown) {
      const ids = new Set(present.map(({ id }) => id));
      const isGone = (id: string) => !ids.has(id) && !isUnknown(id);
      for (const [id, task] of tasks) if (isGone(id) || task.ended) end(id, task);
      for (const stream of ingest.streams()) {
        if (stream.kind === "process" && isGone(stream.name)) ingest.noteRemoval(stream);
      }
      for (const { id, running } of present) {
        const task = tasks.get(id);
        if (task) task.running = running;
        else if (tasks.size < MAX_FOLLOWED) start(id, running);
      }
      leftOut = present.filter(({ id }) => !tasks.has(id));
    },
    list: () => [
      ...[...tasks].map(([name, { collection, running, note }]): CollectedLog => {
        const isIdle = collection === "following" && !running;
        return {
          kind: "process",
          id: subjectOf("process", name).sourceId,
          name,
          collection: isIdle ? "idle" : collection,
          note,
        };
      }),
      ...leftOut.map(({ id: name }): CollectedLog => {
        const note = `The logs of ${MAX_FOLLOWED} apps are stored; that of this one is not.`;
        return { kind: "process", id: subjectOf("process", name).sourceId, name, collection: "off", note };
      }),
    ],
    settled: () => Promise.all([...[...tasks.values()].map(({ done }) => done), ...leaving]),
  };
}

/** Reads what the deployment wrote since the stored position, or its last lines; then follows it until aborted. */
async function collect(
  { processes, events, ingest, log }: ProcessTasksOptions,
  id: string,
  task: Task,
  signal: AbortSignal,
  limit: ReturnType<typeof pLimit>,
): Promise<void> {
  const source = createProcessLogs(id, processes, events, log, pace);
  const store = createIntake(ingest, ingest.stream(subjectOf("process", id)), source);
  let position = await limit(() => catchUp(store, source, signal));
  if (signal.aborted) return;
  task.collection = "following";
  const removed = new AbortController();
  await source.follow(
    position,
    {
      onNotice(note) {
        task.note = note;
      },
      onLines(lines) {
        position = advance(position, lines);
        return store.take(lines, position);
      },
      onLost(lost) {
        if (lost.to) position = new Map([...position, ...lost.to]);
        store.lose(lost);
      },
      onState() {
        task.collection = "following";
      },
      onClosed({ code }) {
        if (code === "unsupported") task.collection = "unreadable";
        if (code === "removed") removed.abort();
      },
    },
    AbortSignal.any([signal, removed.signal]),
  );
}

interface Intake {
  stream: StreamState;
  take(lines: LogLine[], position: Position): Promise<void> | undefined;
  save(position: Position): Promise<void> | undefined;
  lose(lost: LostLines): void;
  /** Notes that lines before this time are not read. */
  leaveOut(time: string): void;
}

/** Puts what a source delivers into a stream. */
function createIntake(ingest: Ingest, stream: StreamState, source: LogSource): Intake {
  return {
    stream,
    take(lines, position) {
      if (stream.run === 0) stream.run = 1;
      const cursor = source.formatCursor(position);
      const change = lines[0]?.change;
      if (!change) return ingest.put(stream, lines, cursor);
      ingest.noteChange(stream, change, cursor);
      return undefined;
    },
    save: (position) => ingest.put(stream, [], source.formatCursor(position)),
    leaveOut: (time) => ingest.noteGap(stream, "first_start", time),
    lose: ({ reason }) => ingest.noteGap(stream, toGapReason(reason)),
  };
}

async function catchUp(store: Intake, source: LogSource, signal: AbortSignal): Promise<Position> {
  const stored = store.stream.position === null ? undefined : source.parseCursor(store.stream.position);
  // The ends and starts of now: what is read next is compared with them.
  await source.end(signal);
  let isFirst = stored === undefined;
  const handlers = {
    onLines(lines: LogLine[], before: Position) {
      const [line] = lines;
      if (isFirst && line && (before.get(line.track)?.at ?? 0) > 0) store.leaveOut(line.time);
      isFirst = false;
      return store.take(lines, advance(before, lines));
    },
    onLost: store.lose,
  };
  const reached = stored
    ? await source.readAfter(stored, handlers, signal)
    : await source.readTail(MAX_FIRST_LINES, handlers, signal, MAX_FIRST_BYTES);
  await store.save(reached);
  return reached;
}
