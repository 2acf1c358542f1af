import {
  advance,
  covers,
  isPast,
  type LogLine,
  type LogSource,
  type LostLines,
  type Position,
  RUN_TRACK,
  type StoredPlace,
} from "../../shared/logs/log-source.ts";
import type { StreamClosed } from "../../shared/protocol/events/services.ts";
import { createBackoff, delay } from "../../shared/server/async/backoff.ts";
import type { AppError } from "../../shared/server/errors.ts";
import { toAppError } from "../../shared/server/errors.ts";
import type { Log } from "../../shared/server/log.ts";
import type { LineRing } from "./line-ring.ts";
import type { LogEvent } from "./log-event.ts";

/** The parts of a shared log that a subscriber uses. */
export interface FollowedLog {
  readonly source: LogSource;
  readonly log: Log;
  /** Resolves once the source is open; rejects when it cannot be opened. */
  readonly ready: Promise<void>;
  /** Position of the live subscribers, and the newest line they received. */
  readonly position: Position;
  readonly last: StoredPlace | undefined;
  readonly ring: LineRing;
  /** Set while the source has stopped. */
  readonly closed: StreamClosed | undefined;
  /** Why the log is incomplete. */
  readonly notice: string | undefined;
  toEvents(entries: readonly LogLine[], from: Position, maxBatches?: number): LogEvent[];
  gapEvent(from: Position, lost: LostLines): LogEvent;
  inOwnOrder(position: Position, last: StoredPlace | undefined): Position | undefined;
  hasReceivedRun(position: Position): boolean;
}

export interface SubscriberPort {
  send(event: LogEvent): void;
  fail(error: AppError): void;
  /** Whether the unsent bytes of the socket exceed the limit. */
  isSlow(): boolean;
  /** Resolves when the socket has received most of what was sent, or is disconnected. */
  drained(): Promise<void>;
  /** Joins or leaves the room to which live lines are broadcast. */
  joinLive(): void;
  leaveLive(): void;
}

/** Characters that a slow reader gets from the source before the rest becomes a gap. */
const MAX_CATCH_UP_CHARS = 4 * 1024 * 1024;
/** Reads of the source before a viewer of a faster log joins with a gap. */
const MAX_JOIN_ATTEMPTS = 8;

/** Batches per chunk of stored lines. More than for a broadcast, to keep the order of mixed streams. */
const MAX_HISTORY_BATCHES = 1_000;

class CatchUpExceeded extends Error {}

/** Returns the larger mark of two positions on each track: everything that was read, and everything sent before the read. */
function furthest(topic: FollowedLog, left: Position, right: Position): Position {
  const merged = new Map(left);
  for (const [track, mark] of right) {
    const own = merged.get(track);
    if (own === undefined || topic.source.compare(own, mark) < 0) merged.set(track, mark);
  }
  return merged;
}

/**
 * One viewer of one log. `catching` reads stored lines at its own pace. `ahead` has lines that the shared stream has not
 * sent yet. `live` receives the broadcast. A viewer that is too slow returns to `catching`.
 */
export class LogSubscriber {
  mode: "catching" | "ahead" | "live" | "stopped" = "catching";
  position: Position = new Map();
  /**
   * Resolves once it is settled with which line the subscription begins, it has ended, or the source does not respond: what is
   * written after that is sent, also for `tail: 0`.
   */
  readonly placed: Promise<void>;
  private readonly place: () => void;
  /** The newest line up to that position. */
  private last: StoredPlace | undefined;
  private readonly topic: FollowedLog;
  private readonly port: SubscriberPort;
  private readonly from: { tail: number } | { since: Position };
  private readonly abort = new AbortController();
  /** The viewer has received the newest `closed` event. */
  private hasSentClosed = false;
  private sentNotice: string | undefined;

  constructor(topic: FollowedLog, port: SubscriberPort, from: { tail: number } | { since: Position }) {
    this.topic = topic;
    this.port = port;
    this.from = from;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.placed = promise;
    this.place = resolve;
  }

  async start(): Promise<void> {
    if ("since" in this.from) this.position = this.from.since;
    await this.persist(async () => {
      await this.topic.ready;
      // A retry continues where the first attempt stopped: the position is empty only before the first line.
      if ("tail" in this.from && this.position.size === 0) {
        this.position = await this.topic.source.readTail(this.from.tail, this.readHandlers(), this.abort.signal);
      }
      this.place();
      await this.join(Number.POSITIVE_INFINITY);
    });
  }

  stop(): void {
    if (this.mode === "live") this.port.leaveLive();
    this.mode = "stopped";
    this.abort.abort();
    this.place();
  }

  send(event: LogEvent): void {
    if (event.kind === "closed") this.hasSentClosed = true;
    else if (event.kind === "state") this.hasSentClosed = false;
    this.port.send(event);
  }

  sendLines(lines: readonly LogLine[]): void {
    if (lines.length === 0) return;
    for (const event of this.topic.toEvents(lines, this.position, MAX_HISTORY_BATCHES)) this.send(event);
    this.position = advance(this.position, lines);
  }

  goLive(): void {
    this.mode = "live";
    this.port.joinLive();
  }

  /** Takes a gap of the shared stream, of which a viewer that is ahead may have read what follows. */
  takeGap(event: LogEvent, { to, side }: LostLines): void {
    const { source } = this.topic;
    const isReadOn = side === "behind" && to !== null && covers(source, this.position, to);
    if (isReadOn) return;
    this.send(event);
    if (side !== undefined && to) this.position = furthest(this.topic, this.position, to);
    if (side === undefined || !to || isPast(source, to, this.position)) this.goLive();
  }

  /** Removes a live viewer whose socket is full from the broadcast, before more is sent. */
  demoteIfSlow(position: Position): void {
    if (this.mode !== "live" && this.mode !== "ahead") return;
    if (!this.port.isSlow()) return;
    if (this.mode === "live") {
      this.position = position;
      this.last = this.topic.last;
      this.port.leaveLive();
    }
    this.mode = "catching";
    void this.persist(async () => {
      await this.port.drained();
      await this.join(MAX_CATCH_UP_CHARS);
    });
  }

  private get stopped(): boolean {
    return this.mode === "stopped";
  }

  /** Retries while the source is unavailable. Only errors that a retry cannot fix end the subscription. */
  private async persist(work: () => Promise<void>): Promise<void> {
    const backoff = createBackoff();
    for (let attempt = 1; !this.stopped; attempt++) {
      try {
        return await work();
      } catch (error) {
        if (this.stopped) return;
        const failure = toAppError(error);
        if (failure.code === "internal") this.topic.log.error({ err: error }, "stored lines could not be read");
        this.place();
        if (failure.code !== "upstream_unavailable" || attempt === 1) this.port.fail(failure);
        if (failure.code !== "upstream_unavailable") return;
        await backoff.wait(this.abort.signal);
      }
    }
  }

  private readHandlers(budget = Number.POSITIVE_INFINITY) {
    let left = budget;
    return {
      onLines: async (lines: LogLine[], before: Position) => {
        if (this.stopped) return;
        this.position = before;
        this.sendLines(lines);
        for (const line of lines) left -= line.text.length;
        if (left < 0) throw new CatchUpExceeded();
        await this.port.drained();
      },
      onLost: (lost: LostLines) => {
        if (this.stopped) return;
        this.port.send(this.topic.gapEvent(this.position, lost));
        if (lost.to) this.position = lost.to;
      },
      onReached: (line: StoredPlace) => {
        this.last = line;
      },
    };
  }

  /** Reads until the shared stream holds the lines that follow, then joins it. */
  private async join(budget: number): Promise<void> {
    const elsewhere = createBackoff();
    let handlers = this.readHandlers(budget);
    for (let attempt = 1; !this.stopped; attempt++) {
      const { ring, source } = this.topic;
      if (this.isReached()) return this.attach();
      if (attempt > 1) await delay(attempt * 5, this.abort.signal); // until the shared stream passes the lines that were read
      if (this.isReached()) return this.attach();
      const start = ring.start;
      try {
        const reached = await source.readAfter(this.position, handlers, this.abort.signal);
        const isApart = source.isForeign?.(reached, start) || source.isOther?.(reached, start);
        this.position = isApart ? reached : furthest(this.topic, reached, start);
      } catch (error) {
        if (!(error instanceof CatchUpExceeded)) throw error;
        attempt = MAX_JOIN_ATTEMPTS;
      }
      if (this.stopped || this.isReached()) continue;
      if (source.isOther?.(this.position, this.topic.ring.start)) {
        // The shared stream has not come to the container that has the name now: it still reads the one before.
        await this.port.drained();
        await elsewhere.wait(this.abort.signal);
        handlers = this.readHandlers(budget);
        attempt = 0;
        continue;
      }
      if (attempt < MAX_JOIN_ATTEMPTS) continue;
      this.port.send(this.topic.gapEvent(this.position, { reason: "slow_reader", to: ring.start }));
      this.position = ring.start;
    }
  }

  /** Whether the shared stream holds the lines that follow. If so, converts the position to its marks. */
  private isReached(): boolean {
    const position = this.topic.inOwnOrder(this.position, this.last);
    if (!position || !this.topic.ring.reaches(position)) return false;
    this.position = position;
    return true;
  }

  private attach(): void {
    const { topic } = this;
    this.sendLines(topic.ring.after(this.position));
    if (isPast(topic.source, topic.position, this.position)) this.goLive();
    else this.mode = "ahead";
    this.notifyNotice();
    this.notifyClosed();
  }

  /** Sends the reason of an incomplete log once to a viewer that is up to date. */
  notifyNotice(): void {
    const { notice } = this.topic;
    if (notice === this.sentNotice || (this.mode !== "live" && this.mode !== "ahead")) return;
    this.sentNotice = notice;
    if (notice !== undefined) this.send({ kind: "degraded", message: notice, code: "not_supported" });
  }

  /** Sends `closed` to a viewer that is up to date and has not received it. */
  notifyClosed(): void {
    const { closed } = this.topic;
    if (!closed || this.hasReceivedEnd() || (this.mode !== "live" && this.mode !== "ahead")) return;
    this.send({ kind: "closed", closed: this.withCursor(closed) });
  }

  /** Whether this viewer received the end, in this subscription or before it returned with its cursor. */
  private hasReceivedEnd(): boolean {
    if (this.hasSentClosed) return true;
    return this.topic.closed?.code === "exited" && "since" in this.from && this.topic.hasReceivedRun(this.from.since);
  }

  /** Adds the cursor of the end, so that a viewer that returns with it does not receive the end again. */
  private withCursor(closed: StreamClosed): StreamClosed {
    const run = this.topic.position.get(RUN_TRACK);
    if (closed.exitCode === undefined || !run) return closed;
    return { ...closed, cursor: this.topic.source.formatCursor(new Map(this.position).set(RUN_TRACK, run)) };
  }
}
