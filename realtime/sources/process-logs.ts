import type { RunChange } from "../../shared/logs/container-runs.ts";
import {
  type FollowHandlers,
  type LogLine,
  type LogSource,
  type Mark,
  type Position,
  type ReadHandlers,
  RUN_TRACK,
} from "../../shared/logs/log-source.ts";
import type { ProcessEvent, ProcessHost, ProcessLogFiles } from "../../shared/pm2/processes.ts";
import type { StreamClosedCode } from "../../shared/protocol/events/services.ts";
import { delay } from "../../shared/server/async/backoff.ts";
import { UnavailableError } from "../../shared/server/dependency.ts";
import { AppError, toAppError } from "../../shared/server/errors.ts";
import type { Log } from "../../shared/server/log.ts";
import { FileTail, followFile, type TailHandlers, tailMark } from "./file-tail.ts";
import { type FileLine, sumOf } from "./log-file.ts";
import type { ProcessEvents } from "./process-events.ts";
import { BUS_LAG_MS, type DeliveredRuns, missedRuns, ProcessRuns } from "./process-runs.ts";
import { type LogTrack, noticeOf, toTracks } from "./process-tracks.ts";
import { compareRunMarks, deliveredAt, newLife, runMark } from "./run-marks.ts";

/** Interval at which the list of processes is read again, in case an event of the daemon was missed. */
const RELIST_MS = 10_000;
/** Restarts that wait for delivery between the lines; more are delivered as a count. */
const MAX_RESTARTS = 64;

function markAt(epoch: string, { text, end }: FileLine): Mark {
  const mark: Mark = { epoch, at: end };
  const sum = sumOf(text);
  if (sum !== undefined) mark.sum = sum;
  return mark;
}

function toLogLines(track: LogTrack, lines: readonly FileLine[], epoch: string): LogLine[] {
  const time = new Date().toISOString();
  return lines.map((line) => ({
    track: track.id,
    mark: markAt(epoch, line),
    text: line.text,
    time,
    error: track.error,
    instance: track.instance,
  }));
}

/** Shared by the followers of one deployment's log and the readers of its stored lines. */
interface Shared {
  id: string;
  processes: ProcessHost;
  events: ProcessEvents;
  log: Log;
  /** Tails that are being followed. Only they know the order of a file's generations. */
  following: Map<string, FileTail>;
  /** Ends of runs in the files, by track. */
  breaks: Map<string, Mark[]>;
  runs: ProcessRuns;
  /** Identifies the counter in `run`: the counter of another follower is not comparable. */
  life: string;
  /** The end or start that was delivered last. */
  run: Mark;
}

const breaksOf = ({ breaks }: Shared, track: string): Mark[] => {
  const known = breaks.get(track) ?? [];
  breaks.set(track, known);
  return known;
};

/** The log of all processes of one deployment, read from the files that the daemon names. */
export function createProcessLogs(id: string, processes: ProcessHost, events: ProcessEvents, log: Log): LogSource {
  const runs = new ProcessRuns();
  const life = newLife();
  const shared: Shared = {
    id,
    processes,
    events,
    log,
    following: new Map(),
    breaks: new Map(),
    runs,
    life,
    run: runMark(life, 0, runs.delivered),
  };
  const { following } = shared;

  const tailOf = async (lines: number): Promise<Position> => {
    const position = new Map<string, Mark>([[RUN_TRACK, shared.run]]);
    const files = await processes.logFiles(id);
    const ended = files.every(({ running }) => !running);
    for (const track of toTracks(files).tracks) {
      const mark = await tailMark(track.path, lines, ended && lines > 0);
      if (mark) position.set(track.id, mark);
    }
    return position;
  };

  const source: LogSource = {
    async end() {
      // A reader with lines gets every later end.
      shared.runs.compare(await processes.logFiles(id));
      shared.run = runMark(life, shared.run.at, runs.delivered);
      return tailOf(0);
    },
    readTail: async (lines, handlers, signal) => source.readAfter(await tailOf(lines), handlers, signal),

    async readAfter(from, handlers, signal) {
      const position = new Map(from);
      await deliverMissed(shared, position, handlers);
      const files = await processes.logFiles(id);
      const ended = files.every(({ running }) => !running);
      for (const track of toTracks(files).tracks) {
        if (signal.aborted) break;
        const tailHandlers: TailHandlers = {
          async onLines(lines, epoch) {
            const logLines = toLogLines(track, lines, epoch);
            const before = new Map(position);
            for (const line of logLines) position.set(track.id, line.mark);
            await handlers.onLines(logLines, before);
          },
          onLost: (reason, to) => handlers.onLost({ reason, to: new Map(position).set(track.id, to) }),
        };
        const tail = new FileTail(track.path, from.get(track.id), tailHandlers, breaksOf(shared, track.id));
        try {
          await (ended ? tail.finish() : tail.catchUp());
        } finally {
          await tail.close();
        }
        if (tail.mark.epoch !== "") position.set(track.id, tail.mark);
      }
      return position;
    },

    follow: (from, handlers, signal) => new ProcessFollower(shared, from, handlers, signal).run(),

    compare(left, right) {
      if (left.epoch === right.epoch) return left.at - right.at;
      const byRun = compareRunMarks(left, right);
      if (byRun !== undefined) return byRun;
      for (const tail of following.values()) {
        const order = tail.compare(left, right);
        if (!Number.isNaN(order)) return order;
      }
      return Number.NaN;
    },
    formatCursor: (position) => `p1${[...position].map(([track, mark]) => `~${track}.${formatMark(mark)}`).join("")}`,
    parseCursor,
  };
  return source;
}

/** Delivers the ends and starts between a viewer's position and the newest one, since the files do not contain them. */
async function deliverMissed(shared: Shared, position: Map<string, Mark>, handlers: ReadHandlers): Promise<void> {
  const before = position.get(RUN_TRACK);
  const mark = shared.run;
  const [delivered, now] = [before && deliveredAt(before), deliveredAt(mark)];
  const changes = delivered && now ? missedRuns(delivered, now) : [];
  for (const change of changes) {
    const at = new Map(position);
    position.set(RUN_TRACK, mark);
    await handlers.onLines([{ track: RUN_TRACK, mark, text: "", time: change.time, error: false, change }], at);
  }
  position.set(RUN_TRACK, mark);
}

const formatMark = ({ epoch, at, sum }: Mark): string =>
  [epoch === "" ? "0-0" : epoch, at.toString(36), ...(sum === undefined ? [] : [sum.toString(36)])].join(".");

const cursorPattern = /^p1(~(?:[0-9a-f]{12}|run)\.[0-9a-z]+(?:-[0-9a-z]+)+\.[0-9a-z]{1,10}(?:\.[0-9a-z]{1,9})?)*$/;

function parseCursor(cursor: string): Position | undefined {
  if (!cursorPattern.test(cursor)) return undefined;
  const position = new Map<string, Mark>();
  for (const part of cursor.split("~").slice(1)) {
    const [track = "", epoch = "", at = "", sum] = part.split(".");
    const mark: Mark = { epoch, at: Number.parseInt(at, 36) };
    if (!Number.isSafeInteger(mark.at)) return undefined;
    if (sum !== undefined) mark.sum = Number.parseInt(sum, 36);
    position.set(track, mark);
  }
  return position;
}

/** Follows the files of one deployment, and delivers its ends and starts between their lines. */
class ProcessFollower {
  private readonly shared: Shared;
  private readonly handlers: FollowHandlers;
  private readonly signal: AbortSignal;
  private readonly position: Map<string, Mark>;
  private readonly stops = new Map<string, { abort: AbortController; done: Promise<void>; alone: boolean }>();
  /** Why the log has stopped; undefined while it is live. */
  private stopped: StreamClosedCode | undefined;
  /** Delivery of ends and starts, each after the preceding lines were read. */
  private delivery: Promise<void> = Promise.resolve();
  private waiting = 0;
  /** Whether the newest delivered change is an end. */
  private endDelivered = false;
  private failing = false;
  /** Whether the list must be read again at once. */
  private again = false;
  /** Version of the runs for which an end was seen. */
  private endedAt = -1;

  constructor(shared: Shared, from: Position, handlers: FollowHandlers, signal: AbortSignal) {
    this.shared = shared;
    this.handlers = handlers;
    this.signal = signal;
    this.position = new Map(from);
  }

  async run(): Promise<void> {
    const { id, processes, events, following } = this.shared;
    const onEvent = (event: ProcessEvent) => {
      // An event skipped here is counted with the next one.
      if (event.id === id && this.waiting < MAX_RESTARTS) this.deliver(this.shared.runs.note(event));
    };
    events.on("event", onEvent);
    try {
      while (!this.signal.aborted) {
        const change = nextChange(id, events, this.signal);
        try {
          const { version } = this.shared.runs;
          await this.compare(await processes.logFiles(id), version);
          if (this.again) continue;
          if (this.shared.runs.waits) {
            await Promise.race([change, delay(BUS_LAG_MS, this.signal)]);
            continue;
          }
        } catch (error) {
          this.compareFailed(error);
        }
        await change;
      }
    } finally {
      events.off("event", onEvent);
    }
    await Promise.all([this.delivery, ...[...this.stops.values()].map((stop) => stop.done)]);
    following.clear();
  }

  /** Compares PM2's list with the followed files. */
  private async compare(files: readonly ProcessLogFiles[], version: number): Promise<void> {
    this.failing = false;
    this.again = false;
    const { tracks } = toTracks(files);
    this.handlers.onNotice?.(await noticeOf(files));
    const wanted = new Set(tracks.map((track) => track.id));
    for (const track of tracks) if (!this.stops.has(track.id)) this.startTail(track);
    this.stopTails((trackId) => !wanted.has(trackId));
    this.deliver(this.shared.runs.compare(files, version));
    if (files.some(({ running }) => running)) {
      if (this.stopped === "removed") this.handlers.onState("restarted");
      if (this.stopped === "unavailable") this.handlers.onState("live");
      if (this.stopped !== "unsupported") this.stopped = undefined;
      return;
    }
    if (files.some(({ ended }) => !ended)) return;
    // Between the end of a crashed run and its restart, PM2 reports "stopped" for a moment.
    if (this.endedAt !== version) {
      this.endedAt = version;
      this.again = true;
      return;
    }
    await this.delivery;
    if (version !== this.shared.runs.version) return;
    const changes = this.shared.runs.end(files);
    // The last lines may not have been read yet.
    await Promise.all([...this.shared.following.values()].map((tail) => tail.finish().catch(() => undefined)));
    this.report(changes, this.shared.runs.delivered);
    if (changes.length === 0 && this.stopped === undefined && !this.endDelivered) this.close("exited");
    this.endDelivered = true;
  }

  private stopTails(matches: (trackId: string) => boolean): void {
    for (const [trackId, { abort }] of this.stops) {
      if (!matches(trackId)) continue;
      abort.abort();
      this.stops.delete(trackId);
      this.shared.following.delete(trackId);
    }
  }

  private compareFailed(error: unknown): void {
    const { code } = toAppError(error);
    // Without the daemon it is unknown what runs; open files are still read.
    if (code === "not_found") {
      // A renamed process is another deployment, even if it writes to the same files.
      this.stopTails(() => true);
      this.close("removed");
      return;
    }
    if (!(error instanceof UnavailableError) && !this.failing) {
      this.failing = true;
      this.shared.log.error({ err: error }, "the log files of a process could not be determined");
    }
    this.close("unavailable");
  }

  private close(code: StreamClosedCode): void {
    if (this.stopped === code) return;
    this.stopped = code;
    this.handlers.onClosed({ code });
  }

  /** Delivers changes after all lines written before now, and before all later ones. */
  private deliver(changes: RunChange[]): void {
    if (changes.length === 0) return;
    const { following, runs } = this.shared;
    const { delivered } = runs;
    const held = [...following].flatMap(([track, tail]) => {
      const hold = this.stops.get(track)?.alone ? tail.hold() : undefined;
      return hold ? [{ tail, hold }] : [];
    });
    this.waiting++;
    this.delivery = this.delivery.then(async () => {
      // The follower of the tail reports read errors.
      await Promise.all([...following.values()].map((tail) => tail.catchUp().catch(() => undefined)));
      this.report(changes, delivered);
      for (const { tail, hold } of held) {
        tail.release(hold);
        void tail.catchUp().catch(() => undefined);
      }
      this.waiting--;
    });
  }

  private report(changes: readonly RunChange[], delivered: DeliveredRuns): void {
    for (const change of changes) {
      const before = deliveredAt(this.shared.run) ?? delivered;
      // Between an end and the next start, only the end was delivered.
      const now = change === changes.at(-1) ? delivered : { ...before, ended: true };
      const mark = runMark(this.shared.life, this.shared.run.at + 1, now);
      this.shared.run = mark;
      this.position.set(RUN_TRACK, mark);
      this.endDelivered = change.kind === "ended";
      this.stopped = undefined;
      void this.handlers.onLines([{ track: RUN_TRACK, mark, text: "", time: change.time, error: false, change }]);
    }
  }

  private startTail(track: LogTrack): void {
    const { position, handlers } = this;
    const tailHandlers: TailHandlers = {
      onLines(lines, epoch) {
        const logLines = toLogLines(track, lines, epoch);
        const last = logLines.at(-1);
        if (last) position.set(track.id, last.mark);
        return handlers.onLines(logLines);
      },
      onLost(reason, to) {
        handlers.onLost({ reason, to: new Map(position).set(track.id, to) });
      },
    };
    const tail = new FileTail(track.path, position.get(track.id), tailHandlers, breaksOf(this.shared, track.id));
    const abort = new AbortController();
    this.shared.following.set(track.id, tail);
    let failing = false;
    const onError = (error: unknown) => {
      if (error instanceof AppError && error.code === "not_supported") {
        this.close("unsupported");
        return;
      }
      if (!failing) this.shared.log.error({ err: error }, "a process's log could not be read");
      failing = true;
      this.close("unavailable");
    };
    const done = followFile(tail, track.path, AbortSignal.any([this.signal, abort.signal]), onError);
    this.stops.set(track.id, { abort, done, alone: track.instance !== undefined });
  }
}

/** Waits for an event of the deployment's processes or of the daemon, or for {@link RELIST_MS}. */
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
