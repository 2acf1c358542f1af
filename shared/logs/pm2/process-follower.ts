import type { ProcessHost } from "../../pm2/process-host.ts";
import type { ProcessLogFiles } from "../../pm2/process-log-files.ts";
import type { ProcessEvent } from "../../pm2/process-views.ts";
import { daemonOfDeployment } from "../../protocol/daemon-key.ts";
import type { StreamClosedCode } from "../../protocol/events/services.ts";
import { delay } from "../../server/async/backoff.ts";
import { UnavailableError } from "../../server/dependency.ts";
import { AppError, toAppError } from "../../server/errors.ts";
import type { Log } from "../../server/log.ts";
import type { RunChange } from "../container-runs.ts";
import { type FollowHandlers, type Mark, type Position, RUN_TRACK } from "../log-source.ts";
import { FileTail, followFile, POLL_MS, type TailHandlers } from "./file-tail.ts";
import { createLogAccess, type LogAccess } from "./log-access.ts";
import type { ProcessEvents } from "./process-events.ts";
import { BUS_LAG_MS, type DeliveredRuns, type ProcessRuns } from "./process-runs.ts";
import { type LogTrack, noticeOf, toTracks } from "./process-tracks.ts";
import { deliveredAt, runMark } from "./run-marks.ts";
import { createToLogLines, markAt } from "./track-lines.ts";

/** How often a follower checks what it may have missed. */
export interface FollowPace {
  /** Interval at which the list of processes is read again, in milliseconds. */
  relistMs: number;
  /** All followers read the list at the same moment, so that they can share it. */
  isAligned: boolean;
  /** Interval at which a file is checked, in milliseconds. */
  pollMs: number;
  /** The same, for a file that another process reads. */
  linkedPollMs: number;
}
export const defaultPace: FollowPace = { relistMs: 10_000, isAligned: false, pollMs: POLL_MS, linkedPollMs: 1_000 };
/** Restarts that wait for delivery between the lines; more are delivered as a count. */
const MAX_RESTARTS = 64;

/** Shared by the followers of one deployment's log and the readers of its stored lines. */
export interface ProcessLogState {
  id: string;
  processes: Pick<ProcessHost, "logFiles" | "linkOf">;
  events: ProcessEvents;
  log: Log;
  pace: FollowPace;
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

export const breaksOf = ({ breaks }: ProcessLogState, track: string): Mark[] => {
  const known = breaks.get(track) ?? [];
  breaks.set(track, known);
  return known;
};

/** Follows the files of one deployment, and delivers its ends and starts between their lines. */
export class ProcessFollower {
  private readonly shared: ProcessLogState;
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
  /** What PM2 listed last. */
  private files: readonly ProcessLogFiles[] = [];
  /** Why files cannot be read, by track. */
  private readonly unreadable = new Map<string, string>();
  /** Version of the runs for which an end was seen. */
  private endedAt = -1;

  constructor(shared: ProcessLogState, from: Position, handlers: FollowHandlers, signal: AbortSignal) {
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
        const change = nextChange(id, events, this.shared.pace, this.signal);
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
    this.files = files;
    await this.notify();
    const wanted = new Set(tracks.map((track) => track.id));
    const fresh = tracks.filter((track) => !this.stops.has(track.id));
    const access = fresh.length > 0 ? createLogAccess(await this.shared.processes.linkOf(this.shared.id)) : undefined;
    if (access) for (const track of fresh) this.startTail(track, access);
    this.stopTails((trackId) => !wanted.has(trackId));
    this.deliver(this.shared.runs.compare(files, version));
    if (files.some(({ running }) => running)) {
      if (this.stopped === "removed") this.handlers.onState("restarted");
      if (this.stopped === "unavailable") this.handlers.onState("live");
      if (this.stopped !== "unsupported") this.stopped = undefined;
      return;
    }
    if (!files.every((file) => this.shared.runs.hasEnded(file))) return;
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

  /** Reports why the log is incomplete. Files that cannot be read do not stop the others. */
  private async notify(): Promise<void> {
    const known = await noticeOf(this.files);
    const notices = [...new Set([...(known === undefined ? [] : [known]), ...this.unreadable.values()])];
    this.handlers.onNotice?.(notices.length === 0 ? undefined : notices.join(" "));
    if (this.unreadable.size > 0 && this.unreadable.size === this.stops.size) this.close("unsupported");
    else if (this.stopped === "unsupported") this.stopped = undefined;
  }

  private stopTails(matches: (trackId: string) => boolean): void {
    for (const [trackId, { abort }] of this.stops) {
      if (!matches(trackId)) continue;
      abort.abort();
      this.stops.delete(trackId);
      this.unreadable.delete(trackId);
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

  private startTail(track: LogTrack, access: LogAccess): void {
    const { position, handlers } = this;
    const toLogLines = createToLogLines(track);
    const tailHandlers: TailHandlers = {
      onLines(lines, epoch, modified) {
        const logLines = toLogLines(lines, epoch, modified);
        const last = lines.at(-1);
        if (last) position.set(track.id, markAt(epoch, last));
        return logLines.length > 0 ? handlers.onLines(logLines) : undefined;
      },
      onLost(reason, to) {
        handlers.onLost({ reason, to: new Map(position).set(track.id, to) });
      },
    };
    const tail = new FileTail(
      access,
      track.path,
      position.get(track.id),
      tailHandlers,
      breaksOf(this.shared, track.id),
    );
    const abort = new AbortController();
    this.shared.following.set(track.id, tail);
    let failing = false;
    const onError = (error: unknown) => {
      if (error instanceof AppError && error.code === "not_supported") {
        tail.skipsHeld = true;
        if (this.unreadable.get(track.id) === error.message) return;
        this.unreadable.set(track.id, error.message);
        void this.notify().catch(() => undefined);
        return;
      }
      if (!failing) this.shared.log.error({ err: error }, "a process's log could not be read");
      failing = true;
      this.close("unavailable");
    };
    const onRead = () => {
      if (this.unreadable.delete(track.id)) void this.notify().catch(() => undefined);
    };
    const done = followFile(tail, track.path, AbortSignal.any([this.signal, abort.signal]), {
      onError,
      onRead,
      pollMs: access.isDirect ? this.shared.pace.pollMs : this.shared.pace.linkedPollMs,
      isDirect: access.isDirect,
    });
    this.stops.set(track.id, { abort, done, alone: track.instance !== undefined });
  }
}

/** Waits for an event of the deployment's processes or of its daemon, or for the next list. */
function nextChange(
  id: string,
  events: ProcessEvents,
  { relistMs, isAligned }: FollowPace,
  signal: AbortSignal,
): Promise<void> {
  const wait = isAligned ? relistMs - (Date.now() % relistMs) : relistMs;
  const waiting = new AbortController();
  const wake = () => waiting.abort();
  const onEvent = (event: { id: string }) => {
    if (event.id === id) wake();
  };
  const onDaemon = (_up: boolean, key: string) => {
    if (key === daemonOfDeployment(id)) wake();
  };
  events.on("event", onEvent);
  events.on("daemon", onDaemon);
  return delay(wait, AbortSignal.any([signal, waiting.signal])).finally(() => {
    events.off("event", onEvent);
    events.off("daemon", onDaemon);
  });
}
