import type { RunChange } from "../../shared/logs/container-runs.ts";
import {
  advance,
  isAfter,
  isPast,
  type LogLine,
  type LogSource,
  type LostLines,
  type Position,
  RUN_TRACK,
  type StoredPlace,
} from "../../shared/logs/log-source.ts";
import type { StreamClosed, StreamState } from "../../shared/protocol/events/services.ts";
import type { ErrorCode } from "../../shared/protocol/result.ts";
import { createBackoff } from "../../shared/server/async/backoff.ts";
import { toAppError } from "../../shared/server/errors.ts";
import type { Log } from "../../shared/server/log.ts";
import { type Batcher, createBatcher } from "./line-batcher.ts";
import { LineRing } from "./line-ring.ts";
import { MAX_LIVE_BATCHES, toBatches } from "./log-batch.ts";
import type { LogEvent } from "./log-event.ts";
import { LogSubscriber, type SubscriberPort } from "./log-subscriber.ts";

export interface TopicPort {
  /** Sends to every live subscriber; encoded once per group of equal viewers. */
  broadcast(event: LogEvent): void;
}

/** Lines are batched; ends and starts are sent alone. */
const isChange = (lines: readonly LogLine[]) => lines[0]?.change !== undefined;

/** One followed log and its subscribers: one upstream for any number of viewers. */
export class LogTopic {
  readonly source: LogSource;
  readonly log: Log;
  /** Position of the live subscribers. */
  position: Position = new Map();
  /** The newest line up to that position. */
  last: StoredPlace | undefined;
  ring: LineRing;
  /** Set while the source has stopped; sent to every subscriber that joins. */
  closed: StreamClosed | undefined;
  /** Why the log is incomplete; sent to every subscriber that joins. */
  notice: string | undefined;
  readonly ready: Promise<void>;
  private readonly subscribers = new Set<LogSubscriber>();
  private readonly abort = new AbortController();
  private readonly batcher: Batcher;
  private readonly port: TopicPort;

  constructor(source: LogSource, port: TopicPort, log: Log) {
    this.source = source;
    this.port = port;
    this.log = log;
    this.ring = new LineRing(source, this.position);
    this.batcher = createBatcher((lines) => this.deliver(lines));
    this.ready = this.open();
    this.ready.catch(() => {}); // each subscriber awaits it and reports the error
  }

  get size(): number {
    return this.subscribers.size;
  }

  subscribe(port: SubscriberPort, from: { tail: number } | { since: Position }): LogSubscriber {
    const subscriber = new LogSubscriber(this, port, from);
    this.subscribers.add(subscriber);
    void subscriber.start();
    return subscriber;
  }

  unsubscribe(subscriber: LogSubscriber): void {
    this.subscribers.delete(subscriber);
    subscriber.stop();
  }

  close(): void {
    this.abort.abort();
    this.batcher.close();
    for (const subscriber of this.subscribers) subscriber.stop();
    this.subscribers.clear();
  }

  /** Converts lines, and ends and starts between them, into events with a cursor each. */
  toEvents(entries: readonly LogLine[], from: Position, maxBatches = MAX_LIVE_BATCHES): LogEvent[] {
    const events: LogEvent[] = [];
    let position = from;
    let start = 0;
    for (let index = entries.findIndex(({ change }) => change); index !== -1; ) {
      const entry = entries[index] as LogLine;
      const lines = entries.slice(start, index);
      events.push(...this.toLineEvents(lines, position, maxBatches));
      position = advance(advance(position, lines), [entry]);
      events.push(toChangeEvent(entry.change as RunChange, this.source.formatCursor(position)));
      start = index + 1;
      index = entries.findIndex(({ change }, at) => at >= start && change);
    }
    const rest = start === 0 ? entries : entries.slice(start);
    events.push(...this.toLineEvents(rest, position, maxBatches));
    return events;
  }

  private toLineEvents(lines: readonly LogLine[], from: Position, maxBatches: number): LogEvent[] {
    return toBatches(lines, from, maxBatches).map((batch) => ({
      kind: "logs",
      batch,
      cursor: this.source.formatCursor(batch.position),
    }));
  }

  gapEvent(from: Position, lost: LostLines): LogEvent {
    const cursor = (position: Position | null) =>
      position === null || position.size === 0 ? null : this.source.formatCursor(position);
    return { kind: "gap", gap: { from: cursor(from), to: cursor(lost.to), reason: lost.reason } };
  }

  private async open(): Promise<void> {
    const backoff = createBackoff();
    for (;;) {
      try {
        this.position = await this.source.end(this.abort.signal, (line) => {
          this.last = line;
        });
        break;
      } catch (error) {
        if (this.abort.signal.aborted || toAppError(error).code !== "upstream_unavailable") throw error;
        await backoff.wait(this.abort.signal);
      }
    }
    this.ring.restart(this.position);
    void this.follow();
  }

  private async follow(): Promise<void> {
    const backoff = createBackoff();
    let from = this.position;
    const handlers = {
      onLines: (lines: LogLine[]) => {
        from = advance(from, lines);
        backoff.reset();
        if (!isChange(lines)) return this.batcher.add(lines);
        this.batcher.flush();
        this.deliver(lines);
      },
      onLost: (lost: LostLines) => {
        this.batcher.flush();
        this.notifyLost(lost);
        this.position = from = lost.to ?? this.position;
        this.ring.restart(this.position);
      },
      onState: (state: StreamState["state"]) => {
        this.batcher.flush();
        this.closed = undefined;
        this.notifyAttached({ kind: "state", state: { state } });
      },
      onClosed: (closed: StreamClosed) => {
        this.batcher.flush();
        this.closed = closed;
        if (closed.code !== "exited") return this.notifyAttached({ kind: "closed", closed });
        // A viewer may have received the end with its last lines.
        for (const subscriber of this.subscribers) subscriber.notifyClosed();
      },
      onNotice: (notice: string | undefined) => {
        if (notice === this.notice) return;
        this.batcher.flush();
        this.notice = notice;
        for (const subscriber of this.subscribers) subscriber.notifyNotice();
      },
      onDegraded: (reason: { message: string; code: ErrorCode }) => {
        this.batcher.flush();
        this.log.warn({ reason: reason.message }, "a followed log cannot be read");
        this.notifyAttached({ kind: "degraded", ...reason });
      },
    };
    while (!this.abort.signal.aborted) {
      try {
        await this.source.follow(from, handlers, this.abort.signal);
      } catch (error) {
        this.log.error({ err: error }, "following a log failed");
      }
      await backoff.wait(this.abort.signal);
    }
  }

  private deliver(lines: LogLine[]): void {
    const before = this.position;
    for (const subscriber of this.subscribers) subscriber.demoteIfSlow(before);
    const events = isChange(lines) ? this.toEvents(lines, before) : this.toLineEvents(lines, before, MAX_LIVE_BATCHES);
    for (const event of events) {
      if (event.kind === "closed") this.closed = event.closed;
      else if (event.kind === "state") this.closed = undefined;
      this.port.broadcast(event);
    }
    this.position = advance(before, lines);
    const last = lines.at(-1);
    if (last && !last.change) this.last = last;
    this.ring.push(lines, before);
    for (const subscriber of this.subscribers) {
      if (subscriber.mode !== "ahead") continue;
      const fresh = lines.filter((line) => isAfter(this.source, line, subscriber.position));
      subscriber.sendLines(fresh);
      if (isPast(this.source, this.position, subscriber.position)) subscriber.goLive();
    }
  }

  /**
   * Converts the position of a viewer to the marks of the shared stream.
   * @param last the newest line the viewer has
   * @returns undefined when the shared stream has not reached that line
   */
  inOwnOrder(position: Position, last: StoredPlace | undefined): Position | undefined {
    if (!this.source.isForeign?.(position, this.position)) return position;
    const isLast = last !== undefined && last.track === this.last?.track && last.time === this.last.time;
    const own = last && (this.ring.positionAt(last) ?? (isLast ? this.position : undefined));
    const run = position.get(RUN_TRACK);
    return own && run ? new Map(own).set(RUN_TRACK, run) : own;
  }

  /** Whether a reader at the position has received the newest end or start. */
  hasReceivedRun(position: Position): boolean {
    const mark = position.get(RUN_TRACK);
    const own = this.position.get(RUN_TRACK);
    return mark !== undefined && own !== undefined && this.source.compare(mark, own) === 0;
  }

  private notifyLost(lost: LostLines): void {
    const event = this.gapEvent(this.position, lost);
    this.port.broadcast(event);
    for (const subscriber of this.subscribers) if (subscriber.mode === "ahead") subscriber.takeGap(event, lost);
  }

  /** Sends to every subscriber that is up to date; sends a state also to those that still read stored lines. */
  private notifyAttached(event: LogEvent): void {
    this.port.broadcast(event);
    for (const subscriber of this.subscribers) {
      if (subscriber.mode === "ahead" || (subscriber.mode === "catching" && event.kind === "state")) {
        subscriber.send(event);
      }
    }
  }
}

function toChangeEvent({ kind, time, finishedAt = time, exitCode, unknownEnds }: RunChange, cursor: string): LogEvent {
  if (kind === "started") {
    return { kind: "state", state: { state: "restarted", cursor, startedAt: new Date(time).toISOString() } };
  }
  const closed: StreamClosed = { code: "exited", cursor };
  if (exitCode !== undefined) closed.exitCode = exitCode;
  if (unknownEnds !== undefined) closed.unknownEnds = unknownEnds;
  else closed.endedAt = new Date(finishedAt).toISOString();
  return { kind: "closed", closed };
}
