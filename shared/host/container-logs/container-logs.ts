import type { Readable } from "node:stream";
import {
  advance,
  type FollowHandlers,
  type LogLine,
  type LogSource,
  type Position,
  type ReadHandlers,
} from "../../logs/log-source.ts";
import type { StreamClosed, StreamClosedCode } from "../../protocol/events/services.ts";
import { createBackoff, delay } from "../../server/backoff.ts";
import { AppError, toAppError } from "../../server/errors.ts";
import type { ContainerEvent, ContainerEvents } from "../container-events.ts";
import type { ContainerIdentity, DockerHost } from "../docker.ts";
import { createFrameDecoder, createTtyDecoder, type FrameDecoder, type StoredLine } from "./container-frames.ts";
import {
  createResumeFilter,
  formatContainerCursor,
  idOf,
  parseContainerCursor,
  sinceOf,
  startOf,
} from "./container-position.ts";
import { type SilenceWatchOptions, watchSilence } from "./silence-watch.ts";

/** A stopped container is looked at again this often, in case its start event was missed. */
const RECHECK_MS = 10_000;

/** Drivers the Engine cannot read logs back from. */
const unreadableDrivers = new Set(["none"]);

/** The log of whatever container bears a name: it outlives restarts of the container and its replacement by a new one. */
export function createContainerLogs(name: string, docker: DockerHost, events: ContainerEvents): LogSource {
  return {
    compare: (left, right) => (left.epoch === right.epoch ? left.at - right.at : left.epoch < right.epoch ? -1 : 1),
    hasNothing: (track, mark) => track !== "id" && mark.at === 0,
    formatCursor: formatContainerCursor,
    parseCursor: parseContainerCursor,

    async end(signal) {
      const container = await identifyReadable(docker, name);
      return read(docker, container, startOf(container.id), { tail: 1 }, silent, signal);
    },

    async readTail(lines, handlers, signal) {
      const container = await identifyReadable(docker, name);
      const only = lines === 0 ? silent : handlers;
      return read(docker, container, startOf(container.id), { tail: Math.max(1, lines) }, only, signal);
    },

    async readAfter(from, handlers, signal) {
      const container = await identifyReadable(docker, name);
      let position = from;
      if (idOf(from) !== idOf(startOf(container.id))) {
        position = startOf(container.id);
        handlers.onLost({ reason: "replaced", to: position });
      }
      return read(docker, container, position, {}, handlers, signal);
    },

    follow: (from, handlers, signal) => follow(name, docker, events, from, handlers, signal),
  };
}

const silent: ReadHandlers = { onLines() {}, onLost() {} };

async function identifyReadable(docker: DockerHost, name: string): Promise<ContainerIdentity> {
  const container = await docker.identify(name);
  if (unreadableDrivers.has(container.logDriver)) {
    throw new AppError("not_supported", "The log driver of this container keeps no logs that can be read.");
  }
  return container;
}

const decoderOf = (container: ContainerIdentity): FrameDecoder =>
  container.tty ? createTtyDecoder() : createFrameDecoder();

/** Reads what the Engine holds now, without following. */
async function read(
  docker: DockerHost,
  container: ContainerIdentity,
  from: Position,
  { tail }: { tail?: number },
  handlers: ReadHandlers,
  signal: AbortSignal,
): Promise<Position> {
  const since = tail === undefined ? sinceOf(from) : undefined;
  const stream = await docker.openLogs(container.id, { follow: false, tail, since, signal });
  const filter = createResumeFilter(from, { dropRepeats: false });
  const decoder = decoderOf(container);
  let position = from;
  const take = async (stored: StoredLine[]) => {
    const { lines, lost } = filter.accept(stored);
    if (lost) handlers.onLost(lost);
    if (lines.length === 0) return;
    const before = filter.baseline(position);
    position = advance(before, lines);
    await handlers.onLines(lines, before);
  };
  for await (const chunk of untilBroken(stream)) {
    await take(decoder.add(chunk));
    if (!decoder.broken) continue;
    // Where a log ends must be known; what could be read of it otherwise is read on from there.
    if (tail !== undefined) throw new AppError("upstream_unavailable", "The Docker Engine could not read this log.");
    return filter.baseline(position);
  }
  // A line that is still being written is left to the next reader; a container that has stopped writes no more of it.
  if (!container.running) await take(decoder.end());
  filter.note(decoder.pendingTime());
  return filter.baseline(position);
}

async function newestLine(
  docker: DockerHost,
  container: ContainerIdentity,
  signal: AbortSignal,
): Promise<LogLine | undefined> {
  let newest: LogLine | undefined;
  const onLines = (lines: LogLine[]) => {
    newest = lines.at(-1);
  };
  await read(docker, container, startOf(container.id), { tail: 1 }, { onLines, onLost() {} }, signal);
  return newest;
}

/** The chunks of a stream; one that breaks says that its Engine is away, whatever it says itself. */
async function* untilBroken(stream: Readable): AsyncGenerator<Buffer> {
  try {
    yield* stream;
  } catch (error) {
    throw new AppError("upstream_unavailable", "The Docker Engine went away.", { cause: error });
  }
}

async function follow(
  name: string,
  docker: DockerHost,
  events: ContainerEvents,
  from: Position,
  handlers: FollowHandlers,
  signal: AbortSignal,
): Promise<void> {
  const backoff = createBackoff();
  const changes = watchChanges(name, events, signal);
  signal.addEventListener("abort", changes.close, { once: true });
  let position = from;
  let standing: StreamClosedCode | undefined; // what was announced last; undefined while live
  let reattaching = false;
  /** Time of the newest line a silent stream was given up for: once is enough, should it never come. */
  let given: string | undefined;

  const close = (code: StreamClosedCode, more: Omit<StreamClosed, "code"> = {}) => {
    if (standing === code) return;
    standing = code;
    handlers.onClosed({ code, ...more });
  };
  const reattach = () => {
    if (!reattaching && standing === undefined) handlers.onState("reattaching");
    reattaching = true;
  };

  const goLive = () => {
    if (standing !== undefined) handlers.onState("restarted");
    else if (reattaching) handlers.onState("live");
    standing = undefined;
    reattaching = false;
  };
  // A stream opened on a container that does not run yet goes on when it starts: its first line tells.
  const live: FollowHandlers = {
    ...handlers,
    onLines(lines) {
      goLive();
      return handlers.onLines(lines);
    },
  };

  while (!signal.aborted) {
    const looked = changes.mark();
    let container: ContainerIdentity;
    try {
      container = await docker.identify(name);
    } catch (error) {
      if (toAppError(error).code === "not_found") {
        close("removed");
        await changes.after(looked);
      } else {
        reattach();
        await backoff.wait(signal);
      }
      continue;
    }
    if (unreadableDrivers.has(container.logDriver)) {
      close("unsupported");
      await changes.after(looked);
      continue;
    }
    if (idOf(position) !== idOf(startOf(container.id))) {
      position = startOf(container.id);
      handlers.onLost({ reason: "replaced", to: position });
    }

    let starts = 0;
    const countStart = (event: ContainerEvent) => {
      if (event.id === container.id && event.action === "start") starts++;
    };
    events.on("event", countStart);
    const before = position;
    try {
      const stream = await docker.openLogs(container.id, { follow: true, since: sinceOf(position), signal });
      if (container.running) goLive();
      position = await pump(stream, container, position, live, {
        newest: async (ended) => {
          const newest = await newestLine(docker, container, ended);
          return newest?.time === given ? undefined : newest;
        },
        onStale(newest) {
          given = newest.time;
        },
      });
    } catch (error) {
      if (signal.aborted) return;
      if (toAppError(error).code === "not_supported") {
        close("unsupported");
        await changes.after(looked);
      }
    } finally {
      events.off("event", countStart);
    }
    if (signal.aborted) return;

    // The stream ends alike when the container exits, restarts, or the Engine goes away: ask which.
    try {
      const ended = changes.mark();
      const now = await docker.identify(container.id);
      if (position !== before) backoff.reset();
      if (now.running) {
        if (starts > 0) handlers.onState("restarted");
        else if (position === before) await backoff.wait(signal);
        else await delay(20, signal); // a run that just began, or an Engine about to stop: do not spin
      } else {
        // The Engine may end the stream before the container's last words: read them now.
        if (standing === undefined) position = await read(docker, now, position, {}, handlers, signal);
        const { exitCode, finishedAt } = now;
        close("exited", exitCode === null || finishedAt === null ? {} : { exitCode, endedAt: finishedAt });
        await changes.after(ended);
      }
    } catch (error) {
      if (toAppError(error).code === "not_found") continue; // removed: the next round tells
      reattach();
      await backoff.wait(signal);
    }
  }
}

/** Hands on every line of an open stream and returns the position reached; a broken stream ends like a finished one. */
async function pump(
  stream: Readable,
  container: ContainerIdentity,
  from: Position,
  handlers: FollowHandlers,
  watch: Pick<SilenceWatchOptions, "newest" | "onStale">,
): Promise<Position> {
  const filter = createResumeFilter(from, { dropRepeats: true });
  const decoder = decoderOf(container);
  let position = from;
  let held = false;
  const take = async (stored: StoredLine[]) => {
    const { lines, lost } = filter.accept(stored);
    if (lost) handlers.onLost(lost);
    if (lines.length === 0) return;
    position = advance(position, lines);
    const taken = handlers.onLines(lines as LogLine[]);
    if (taken === undefined) return;
    held = true;
    await taken;
    held = false;
  };
  const silence = watchSilence({
    // Held up by its reader, a stream is not dead: it counts as getting on.
    position: () => (held ? new Map(position) : position),
    newest: watch.newest,
    onStale(newest) {
      watch.onStale(newest);
      stream.destroy();
    },
  });
  try {
    for await (const chunk of stream) {
      await take(decoder.add(chunk as Buffer));
      if (decoder.broken) break;
    }
  } catch {
    return position; // half a line is read again from the position
  } finally {
    silence.close();
  }
  return position; // a line that is not whole is read again, or by the last look at a container that has exited
}

interface ChangeWatch {
  /** How much has happened so far: taken before a look, so that nothing between the look and the wait is missed. */
  mark(): number;
  /** Resolves once something has happened after the mark, or a while has passed. */
  after(mark: number): Promise<void>;
  close(): void;
}

/** Notes what happens to the container of a name, and that the Engine came back. */
function watchChanges(name: string, events: ContainerEvents, signal: AbortSignal): ChangeWatch {
  let count = 0;
  let wake: (() => void) | undefined;
  const note = () => {
    count++;
    wake?.();
  };
  const onEvent = (event: ContainerEvent) => {
    if (event.name === name && /^(create|start|destroy|rename)$/.test(event.action)) note();
  };
  events.on("event", onEvent);
  events.on("reattached", note);
  return {
    mark: () => count,
    async after(mark) {
      if (count > mark) return;
      const waiting = new AbortController();
      wake = () => waiting.abort();
      await delay(RECHECK_MS, AbortSignal.any([signal, waiting.signal]));
      wake = undefined;
    },
    close() {
      events.off("event", onEvent);
      events.off("reattached", note);
    },
  };
}
