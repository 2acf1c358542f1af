import { createHash } from "node:crypto";
import type { ProcessHost, ProcessLogFiles } from "../../shared/host/processes.ts";
import type { FollowHandlers, LogLine, LogSource, Mark, Position } from "../../shared/logs/log-source.ts";
import type { StreamClosedCode } from "../../shared/protocol/events/services.ts";
import { delay } from "../../shared/server/backoff.ts";
import { toAppError } from "../../shared/server/errors.ts";
import { FileTail, followFile, type TailHandlers, tailMark } from "./file-tail.ts";
import type { FileLine } from "./log-file.ts";
import type { ProcessEvents } from "./process-events.ts";

/** The list of processes is asked again this often, in case an event of the daemon was missed. */
const RELIST_MS = 10_000;
/** Files of one PM2 name that are followed at once. */
const FILES_MAX = 64;

/** One log file and the processes that write to it. */
interface LogTrack {
  id: string;
  path: string;
  error: boolean;
  /** Set when one process alone writes the file. */
  instance: number | undefined;
}

const trackId = (path: string) => createHash("sha256").update(path).digest("hex").slice(0, 12);

/** PM2's processes of one name may share files, and stdout and stderr too: each file is one track. */
function toTracks(processes: readonly ProcessLogFiles[]): LogTrack[] {
  const tracks = new Map<string, LogTrack>();
  for (const { pmId, out, error } of processes) {
    for (const [path, isError] of [
      [out, false],
      [error, true],
    ] as const) {
      if (path === null) continue;
      const known = tracks.get(path);
      if (known) {
        if (known.instance !== pmId) known.instance = undefined;
      } else if (tracks.size < FILES_MAX) {
        tracks.set(path, { id: trackId(path), path, error: isError, instance: pmId });
      }
    }
  }
  return [...tracks.values()];
}

function toLogLines(track: LogTrack, lines: readonly FileLine[], epoch: string): LogLine[] {
  const time = new Date().toISOString();
  return lines.map((line) => ({
    track: track.id,
    mark: { epoch, at: line.end },
    text: line.text,
    time,
    error: track.error,
    ...(track.instance === undefined ? {} : { instance: track.instance }),
  }));
}

/** The logs of all processes of one deployment, read from the files the daemon names. */
export function createProcessLogs(id: string, processes: ProcessHost, events: ProcessEvents): LogSource {
  /** Tails that are being followed now: they alone know the order of a file's generations. */
  const following = new Map<string, FileTail>();

  const tailOf = async (lines: number): Promise<Position> => {
    const position = new Map<string, Mark>();
    for (const track of toTracks(await processes.logFiles(id))) {
      const mark = await tailMark(track.path, lines);
      if (mark) position.set(track.id, mark);
    }
    return position;
  };

  const source: LogSource = {
    end: () => tailOf(0),
    readTail: async (lines, handlers, signal) => source.readAfter(await tailOf(lines), handlers, signal),

    async readAfter(from, handlers, signal) {
      const position = new Map(from);
      for (const track of toTracks(await processes.logFiles(id))) {
        if (signal.aborted) break;
        const tail = new FileTail(track.path, from.get(track.id), {
          async onLines(lines, epoch) {
            const logLines = toLogLines(track, lines, epoch);
            const before = new Map(position);
            for (const line of logLines) position.set(track.id, line.mark);
            await handlers.onLines(logLines, before);
          },
          onLost: (reason, to) => handlers.onLost({ reason, to: new Map(position).set(track.id, to) }),
        });
        try {
          await tail.catchUp();
        } finally {
          await tail.close();
        }
        if (tail.mark.epoch !== "") position.set(track.id, tail.mark);
      }
      return position;
    },

    follow: (from, handlers, signal) => follow(id, processes, events, following, from, handlers, signal),

    compare(left, right) {
      if (left.epoch === right.epoch) return left.at - right.at;
      for (const tail of following.values()) {
        const order = tail.compare(left, right);
        if (!Number.isNaN(order)) return order;
      }
      return Number.NaN;
    },
    formatCursor: (position) =>
      `p1${[...position].map(([track, mark]) => `~${track}.${mark.epoch === "" ? "0-0" : mark.epoch}.${mark.at.toString(36)}`).join("")}`,
    parseCursor,
  };
  return source;
}

const cursorPattern = /^p1(~[0-9a-f]{12}\.[0-9a-z]+-[0-9a-z]+\.[0-9a-z]{1,10})*$/;

function parseCursor(cursor: string): Position | undefined {
  if (!cursorPattern.test(cursor)) return undefined;
  const position = new Map<string, Mark>();
  for (const part of cursor.split("~").slice(1)) {
    const [track = "", epoch = "", at = ""] = part.split(".");
    const offset = Number.parseInt(at, 36);
    if (!Number.isSafeInteger(offset)) return undefined;
    position.set(track, { epoch, at: offset });
  }
  return position;
}

async function follow(
  id: string,
  processes: ProcessHost,
  events: ProcessEvents,
  following: Map<string, FileTail>,
  from: Position,
  handlers: FollowHandlers,
  signal: AbortSignal,
): Promise<void> {
  const position = new Map(from);
  const stops = new Map<string, { abort: AbortController; done: Promise<void> }>();
  let standing: StreamClosedCode | undefined;

  const close = (code: StreamClosedCode) => {
    if (standing === code) return;
    standing = code;
    handlers.onClosed({ code });
  };

  const startTail = (track: LogTrack) => {
    const tailHandlers: TailHandlers = {
      onLines(lines, epoch) {
        const logLines = toLogLines(track, lines, epoch);
        const last = logLines.at(-1);
        if (last) position.set(track.id, last.mark);
        handlers.onLines(logLines);
      },
      onLost(reason, to) {
        handlers.onLost({ reason, to: new Map(position).set(track.id, to) });
      },
    };
    const tail = new FileTail(track.path, position.get(track.id), tailHandlers);
    const abort = new AbortController();
    following.set(track.id, tail);
    const done = followFile(tail, track.path, AbortSignal.any([signal, abort.signal]), () => close("unsupported"));
    stops.set(track.id, { abort, done });
  };

  while (!signal.aborted) {
    const change = nextChange(id, events, signal);
    try {
      const files = await processes.logFiles(id);
      const tracks = toTracks(files);
      const wanted = new Set(tracks.map((track) => track.id));
      for (const track of tracks) if (!stops.has(track.id)) startTail(track);
      for (const [trackId, stop] of stops) {
        if (wanted.has(trackId)) continue;
        stop.abort.abort();
        stops.delete(trackId);
        following.delete(trackId);
      }
      if (files.some((file) => file.running)) {
        if (standing !== undefined && standing !== "unsupported") {
          handlers.onState("restarted");
          standing = undefined;
        }
      } else {
        // The last words may still be on their way out of the file.
        await Promise.all(
          tracks.map((track) =>
            following
              .get(track.id)
              ?.catchUp()
              .catch(() => {}),
          ),
        );
        close("exited");
      }
    } catch (error) {
      // Without the daemon nobody knows what runs; the files that are open are read on.
      if (toAppError(error).code === "not_found") close("removed");
      else close("unavailable");
    }
    await change;
  }
  await Promise.all([...stops.values()].map((stop) => stop.done));
  following.clear();
}

/** Waits until something happens to processes of that name or to the daemon, or a while has passed. */
function nextChange(id: string, events: ProcessEvents, signal: AbortSignal): Promise<void> {
  const waiting = new AbortController();
  const wake = () => waiting.abort();
  const onEvent = (event: { id: string }) => {
    if (event.id === id) wake();
  };
  events.on("event", onEvent);
  events.on("daemon", wake);
  return delay(RELIST_MS, AbortSignal.any([signal, waiting.signal])).finally(() => {
    events.off("event", onEvent);
    events.off("daemon", wake);
  });
}
