import { hostname } from "node:os";
import type { AlertEvent } from "../../shared/protocol/alert.ts";
import { AppError, toAppError } from "../../shared/server/errors.ts";
import type { Log } from "../../shared/server/log.ts";
import type { AddressRules } from "../outbound/address-rules.ts";
import type { ChannelStore } from "./channel-store.ts";
import { sendMessage } from "./channels/send.ts";
import type { EventStore } from "./event-store.ts";
import { messages } from "./messages.ts";

export interface NotifierTimes {
  /** Events within this time are sent as one message. */
  batchMs: number;
  /** Shortest time between two messages of one channel; events in between are sent together. */
  minIntervalMs: number;
  retryFirstMs: number;
  retryMaxMs: number;
}

const defaultTimes: NotifierTimes = { batchMs: 1_000, minIntervalMs: 15_000, retryFirstMs: 5_000, retryMaxMs: 600_000 };
/** Attempts to send one message: about four hours with the waits above. */
const MAX_ATTEMPTS = 30;
/** Events in one message; further events wait for the next. */
const MAX_BATCH = 500;
/** Tests that run at the same time. */
const MAX_TESTS = 8;

export interface Notifier {
  /** Looks for queued messages. */
  wake(): void;
  /** Sends a real message now. @throws AppError with the reason when it was not delivered, `overloaded`. */
  test(channelId: string): Promise<void>;
  /** Forgets failures and waits of a channel that was changed or removed. */
  retry(channelId: string): void;
  close(): Promise<void>;
}

export interface NotifierOptions {
  events: EventStore;
  channels: ChannelStore;
  rules: AddressRules;
  log: Log;
  times?: Partial<NotifierTimes> | undefined;
  /** Only tests are sent. */
  paused?: boolean;
  /** Whether a message may be sent; called directly before it is. */
  maySend?(event: AlertEvent): boolean;
}

interface ChannelQueue {
  timer: NodeJS.Timeout | undefined;
  busy: boolean;
  failures: number;
  /** Earliest time of the next message, by `performance.now()`. */
  notBefore: number;
}

/**
 * Sends queued messages to their channels: one at a time per channel, in batches, with growing waits between attempts.
 * A message leaves the store after delivery: a crash may repeat a message but loses none.
 */
export function createNotifier({
  events,
  channels,
  rules,
  log,
  times,
  paused = false,
  maySend = () => true,
}: NotifierOptions): Notifier {
  const { batchMs, minIntervalMs, retryFirstMs, retryMaxMs } = { ...defaultTimes, ...times };
  const queues = new Map<string, ChannelQueue>();
  const running = new Set<Promise<void>>();
  const abort = new AbortController();
  const host = hostname();
  /** Lost messages by channel that a message has already mentioned. */
  const lostReported = new Map<string, number>();
  let tests = 0;

  const track = (work: Promise<void>) => {
    running.add(work);
    work.finally(() => running.delete(work)).catch(() => undefined);
  };
  const schedule = (id: string, ms: number) => {
    const queue = queues.get(id) ?? { timer: undefined, busy: false, failures: 0, notBefore: 0 };
    queues.set(id, queue);
    if (abort.signal.aborted || queue.busy || queue.timer) return;
    const wait = Math.max(ms, queue.notBefore - performance.now());
    queue.timer = setTimeout(() => {
      queue.timer = undefined;
      track(deliver(id, queue));
    }, wait);
    queue.timer.unref();
  };

  const giveUp = (id: string, queue: ChannelQueue) => {
    const lost = events.drop(id);
    channels.noteLost(id, lost);
    queue.failures = 0;
    log.error({ channel: id, lost }, "queued messages of an alert channel are dropped");
  };
  const deliver = async (id: string, queue: ChannelQueue) => {
    const channel = channels.find(id);
    const all = channel?.enabled ? events.waiting(id, MAX_BATCH) : [];
    if (!channel || all.length === 0) return void queues.delete(id);
    const waiting = all.filter(({ event }) => maySend(event));
    const held = all.filter((message) => !waiting.includes(message));
    if (held.length > 0) {
      events.done(held.map(({ id: messageId }) => messageId));
      channels.noteFailed(id, messages.logLinesHeld);
      log.warn({ channel: channel.name, messages: held.length }, "lines of logs are held back from an alert channel");
    }
    if (waiting.length === 0) return schedule(id, 0);
    queue.busy = true;
    const { lost } = channels.show(id).delivery;
    const known = lostReported.get(id) ?? lost;
    lostReported.set(id, known);
    const message = { host, events: waiting.map(({ event }) => event), lost: lost - known };
    try {
      await sendMessage(channel.settings, message, rules, abort.signal);
      events.done(waiting.map(({ id: messageId }) => messageId));
      channels.noteSent(id);
      lostReported.set(id, lost);
      queue.failures = 0;
      queue.notBefore = performance.now() + minIntervalMs;
    } catch (error) {
      if (abort.signal.aborted) return;
      const { message: reason, code } = toAppError(error);
      if (queue.failures === 0) log.warn({ err: error, channel: channel.name }, "an alert could not be sent");
      channels.noteFailed(id, reason);
      queue.failures++;
      // A forbidden address stays forbidden until the channel or the environment changes.
      if (queue.failures >= MAX_ATTEMPTS || code === "forbidden") giveUp(id, queue);
      else {
        const wait = Math.min(retryMaxMs, retryFirstMs * 2 ** (queue.failures - 1));
        queue.notBefore = performance.now() + wait * (0.75 + Math.random() / 4);
      }
    } finally {
      queue.busy = false;
    }
    schedule(id, 0);
  };
  const safely = (work: () => void) => {
    try {
      work();
    } catch (error) {
      log.error({ err: error }, "queued alert messages cannot be read");
    }
  };
  const wake = () =>
    safely(() => {
      if (paused) return;
      for (const id of events.channelsWaiting()) schedule(id, batchMs);
    });
  wake();

  return {
    wake,
    async test(id) {
      const { settings } = channels.get(id);
      if (tests >= MAX_TESTS) throw new AppError("overloaded", messages.tooManyTests);
      tests++;
      const work = sendMessage(settings, { host, events: [], lost: 0, test: true }, rules, abort.signal);
      track(work);
      try {
        await work;
        if (channels.find(id)) channels.noteSent(id);
      } catch (error) {
        if (channels.find(id)) channels.noteFailed(id, toAppError(error).message);
        throw error;
      } finally {
        tests--;
      }
    },
    retry(id) {
      const queue = queues.get(id);
      if (queue?.busy) return;
      clearTimeout(queue?.timer);
      queues.delete(id);
      wake();
    },
    async close() {
      abort.abort();
      for (const { timer } of queues.values()) clearTimeout(timer);
      queues.clear();
      await Promise.allSettled(running);
    },
  };
}
