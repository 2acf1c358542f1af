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
import { delay } from "../../shared/server/backoff.ts";
import { UnavailableError } from "../../shared/server/dependency.ts";
import { AppError, toAppError } from "../../shared/server/errors.ts";
import type { Log } from "../../shared/server/log.ts";
import { FileTail, followFile, type TailHandlers, tailMark } from "./file-tail.ts";
import { type FileLine, sumOf } from "./log-file.ts";
import type { ProcessEvents } from "./process-events.ts";
import { BUS_LAG_MS, missedRuns, ProcessRuns, type RunsTold } from "./process-runs.ts";
import { type LogTrack, noticeOf, toTracks } from "./process-tracks.ts";
import { compareRunMarks, newLife, runMark, toldAt } from "./run-marks.ts";

/** The list of processes is asked again this often, in case an event of the daemon was missed. */
const RELIST_MS = 10_000;
/** Restarts that wait for delivery, each in its place between the lines; more are delivered as a count. */
const RESTARTS_MAX = 64;

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

/** What followers of one deployment's log share with those who read it back. */
interface Shared {
  id: string;
  processes: ProcessHost;
  events: ProcessEvents;
  log: Log;
  /** Tails that are being followed now: they alone know the order of a file's generations. */
  following: Map<string, FileTail>;
  /** Where runs ended in the files, by track. */
  breaks: Map<string, Mark[]>;
  runs: ProcessRuns;
  /** Names what is counted in `run`: of another follower's count nothing follows. */
  life: string;
  /** The end or start that was delivered last. */
  run: Mark;
}

const breaksOf = ({ breaks }: Shared, track: string): Mark[] => {
  const known = breaks.get(track) ?? [];
  breaks.set(track, known);
  return known;
};

/** The logs of all processes of one deployment, read from the files the daemon names. */
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
    run: runMark(life, 0, runs.told),
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
      // A reader that gets lines gets every end from here on.
      shared.runs.compare(await processes.logFiles(id));
      shared.run = runMark(life, shared.run.at, runs.told);
      return tailOf(0);
    },
    readTail: async (lines, handlers, signal) => source.readAfter(await tailOf(lines), handlers, signal),

    async readAfter(from, handlers, signal) {
      const position = new Map(from);
      await tellMissed(shared, position, handlers);
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

/** Delivers the ends and starts between a viewer's position and the newest one; they have no place in the files. */
async function tellMissed(shared: Shared, position: Map<string, Mark>, handlers: ReadHandlers): Promise<void> {
  const before = position.get(RUN_TRACK);
  const mark = shared.run;
  const [told, now] = [before && toldAt(before), toldAt(mark)];
  const changes = told && now ? missedRuns(told, now) : [];
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

/** Follows the files of one deployment, and tells its ends and starts between their lines. */
class ProcessFollower {
  private readonly shared: Shared;
  private readonly handlers: FollowHandlers;
  private readonly signal: AbortSignal;
  private readonly position: Map<string, Mark>;
  private readonly stops = new Map<string, { abort: AbortController; done: Promise<void>; alone: boolean }>();
  /** Why the log has stopped. */
  private standing: StreamClosedCode | undefined;
  /** Delivery of ends and starts, each after the lines before it were read. */
  private telling: Promise<void> = Promise.resolve();
  private waiting = 0;
  /** The end has been delivered, and no start since. */
  private wasTold = false;
  private failing = false;
  /** The list is asked again at once. */
  private again = false;
  /** Of which version of the runs an end was seen. */
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
      // What is not taken here is counted when the next one is.
      if (event.id === id && this.waiting < RESTARTS_MAX) this.tell(this.shared.runs.note(event));
    };
    events.on("event", onEvent);
    try {
      while (!this.signal.aborted) {
        const change = nextChange(id, events, this.signal);
        try {
          const { version } = this.shared.runs;
          await this.look(await processes.logFiles(id), version);
          if (this.again) continue;
          if (this.shared.runs.waits) {
            await Promise.race([change, delay(BUS_LAG_MS, this.signal)]);
            continue;
          }
        } catch (error) {
          this.lookFailed(error);
        }
        await change;
      }
    } finally {
      events.off("event", onEvent);
    }
    await Promise.all([this.telling, ...[...this.stops.values()].map((stop) => stop.done)]);
    following.clear();
  }

  /** Compares what PM2 says now with what is followed. */
  private async look(files: readonly ProcessLogFiles[], version: number): Promise<void> {
    this.failing = false;
    this.again = false;
    const { tracks } = toTracks(files);
    this.handlers.onNotice?.(await noticeOf(files));
    const wanted = new Set(tracks.map((track) => track.id));
    for (const track of tracks) if (!this.stops.has(track.id)) this.startTail(track);
    this.stopTails((trackId) => !wanted.has(trackId));
    this.tell(this.shared.runs.compare(files, version));
    if (files.some(({ running }) => running)) {
      if (this.standing === "removed") this.handlers.onState("restarted");
      if (this.standing === "unavailable") this.handlers.onState("live");
      if (this.standing !== "unsupported") this.standing = undefined;
      return;
    }
    if (files.some(({ ended }) => !ended)) return;
    // Between the end of a crashed run and its restart PM2 says "stopped" for a moment.
    if (this.endedAt !== version) {
      this.endedAt = version;
      this.again = true;
      return;
    }
    await this.telling;
    if (version !== this.shared.runs.version) return;
    const changes = this.shared.runs.end(files);
    // The last words may still be on their way out of the file.
    await Promise.all([...this.shared.following.values()].map((tail) => tail.finish().catch(() => undefined)));
    this.report(changes, this.shared.runs.told);
    if (changes.length === 0 && this.standing === undefined && !this.wasTold) this.close("exited");
    this.wasTold = true;
  }

  private stopTails(matches: (trackId: string) => boolean): void {
    for (const [trackId, { abort }] of this.stops) {
      if (!matches(trackId)) continue;
      abort.abort();
      this.stops.delete(trackId);
      this.shared.following.delete(trackId);
    }
  }

  private lookFailed(error: unknown): void {
    const { code } = toAppError(error);
    // Without the daemon nobody knows what runs; the files that are open are read on.
    if (code === "not_found") {
      // The writer of these files has another name now: a renamed process is another one.
      this.stopTails(() => true);
      this.close("removed");
      return;
    }
    if (!(error instanceof UnavailableError) && !this.failing) {
      this.failing = true;
      this.shared.log.error({ err: error }, "the files of a process's log could not be looked up");
    }
    this.close("unavailable");
  }

  private close(code: StreamClosedCode): void {
    if (this.standing === code) return;
    this.standing = code;
    this.handlers.onClosed({ code });
  }

  /** Tells changes once all that was written before now has been read, and nothing that is written later. */
  private tell(changes: RunChange[]): void {
    if (changes.length === 0) return;
    const { following, runs } = this.shared;
    const { told } = runs;
    const held = [...following].flatMap(([track, tail]) => {
      const hold = this.stops.get(track)?.alone ? tail.hold() : undefined;
      return hold ? [{ tail, hold }] : [];
    });
    this.waiting++;
    this.telling = this.telling.then(async () => {
      // The follower of the tail reports what cannot be read.
      await Promise.all([...following.values()].map((tail) => tail.catchUp().catch(() => undefined)));
      this.report(changes, told);
      for (const { tail, hold } of held) {
        tail.release(hold);
        void tail.catchUp().catch(() => undefined);
      }
      this.waiting--;
    });
  }

  private report(changes: readonly RunChange[], told: RunsTold): void {
    for (const change of changes) {
      const before = toldAt(this.shared.run) ?? told;
      // Between an end and the next start only the end has been delivered.
      const now = change === changes.at(-1) ? told : { ...before, ended: true };
      const mark = runMark(this.shared.life, this.shared.run.at + 1, now);
      this.shared.run = mark;
      this.position.set(RUN_TRACK, mark);
      this.wasTold = change.kind === "ended";
      this.standing = undefined;
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
