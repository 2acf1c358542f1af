import { hostname } from "node:os";
import type { AlertEvent } from "../../shared/protocol/alert.ts";
import { AppError, toAppError } from "../../shared/server/errors.ts";
import type { Log } from "../../shared/server/log.ts";
import type { AddressRules } from "../outbound/address-rules.ts";
import type { ChannelStore } from "./channel-store.ts";
import { sendMessage } from "./channels/send.ts";
import type { EventStore } from "./event-store.ts";

export interface NotifierTimes {
  /** How long what comes together is gathered into one message. */
  gatherMs: number;
  /** Shortest time between two messages of a channel: what comes meanwhile travels together. */
  restMs: number;
  retryFirstMs: number;
  retryMaxMs: number;
}

const usualTimes: NotifierTimes = { gatherMs: 1_000, restMs: 15_000, retryFirstMs: 5_000, retryMaxMs: 600_000 };
/** Tries of one message: with the waits above, some four hours. */
const TRIES_MAX = 30;
/** Tests and messages under way at once. */
const TESTS_MAX = 8;

export interface Notifier {
  /** Messages may be waiting. */
  wake(): void;
  /** Sends a real message now. Throws what went wrong, in words for people. */
  test(channelId: string): Promise<void>;
  /** The channel was changed or removed: what waits is tried anew. */
  renew(channelId: string): void;
  close(): Promise<void>;
}

export interface NotifierOptions {
  events: EventStore;
  channels: ChannelStore;
  rules: AddressRules;
  log: Log;
  times?: Partial<NotifierTimes> | undefined;
  /** Sends nothing but tests. */
  paused?: boolean;
  /** Whether a message may leave, asked when it is about to. */
  maySend?(event: AlertEvent): boolean;
}

const HELD = "Lines of a log were held back: who made the rule may not read them any more.";

interface Courier {
  timer: NodeJS.Timeout | undefined;
  busy: boolean;
  tries: number;
  /** Earliest next message, by `performance.now()`. */
  notBefore: number;
}

/**
 * Brings messages to their channels: one at a time, gathered, tried again with growing waits. A message leaves the
 * store once the receiver took it, so that a killed server may repeat one and loses none.
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
  const { gatherMs, restMs, retryFirstMs, retryMaxMs } = { ...usualTimes, ...times };
  const couriers = new Map<string, Courier>();
  const underWay = new Set<Promise<void>>();
  const abort = new AbortController();
  const host = hostname();
  /** Lost messages of a channel that its receiver was told of. */
  const lostTold = new Map<string, number>();
  /** Events of one message: what does not fit waits for the next. */
  const BATCH = 500;
  let tests = 0;

  const track = (work: Promise<void>) => {
    underWay.add(work);
    work.finally(() => underWay.delete(work)).catch(() => undefined);
  };
  const plan = (id: string, ms: number) => {
    const courier = couriers.get(id) ?? { timer: undefined, busy: false, tries: 0, notBefore: 0 };
    couriers.set(id, courier);
    if (abort.signal.aborted || courier.busy || courier.timer) return;
    const wait = Math.max(ms, courier.notBefore - performance.now());
    courier.timer = setTimeout(() => {
      courier.timer = undefined;
      track(deliver(id, courier));
    }, wait);
    courier.timer.unref();
  };

  const giveUp = (id: string, courier: Courier) => {
    const lost = events.drop(id);
    channels.noteLost(id, lost);
    courier.tries = 0;
    log.error({ channel: id, lost }, "messages of an alert channel are given up");
  };
  const deliver = async (id: string, courier: Courier) => {
    const channel = channels.find(id);
    const all = channel?.enabled ? events.waiting(id, BATCH) : [];
    if (!channel || all.length === 0) return void couriers.delete(id);
    const waiting = all.filter(({ event }) => maySend(event));
    const held = all.filter((one) => !waiting.includes(one));
    if (held.length > 0) {
      events.done(held.map((one) => one.id));
      channels.noteFailed(id, HELD);
      log.warn({ channel: channel.name, messages: held.length }, "lines of logs are held back from an alert channel");
    }
    if (waiting.length === 0) return plan(id, 0);
    courier.busy = true;
    const { lost } = channels.show(id).delivery;
    const known = lostTold.get(id) ?? lost;
    lostTold.set(id, known);
    const message = { host, events: waiting.map(({ event }) => event), lost: lost - known };
    try {
      await sendMessage(channel.settings, message, rules, abort.signal);
      events.done(waiting.map((one) => one.id));
      channels.noteSent(id);
      lostTold.set(id, lost);
      courier.tries = 0;
      courier.notBefore = performance.now() + restMs;
    } catch (error) {
      if (abort.signal.aborted) return;
      const { message: reason, code } = toAppError(error);
      if (courier.tries === 0) log.warn({ err: error, channel: channel.name }, "an alert could not be sent");
      channels.noteFailed(id, reason);
      courier.tries++;
      // What is forbidden stays so until somebody changes the channel or the environment.
      if (courier.tries >= TRIES_MAX || code === "forbidden") giveUp(id, courier);
      else {
        const wait = Math.min(retryMaxMs, retryFirstMs * 2 ** (courier.tries - 1));
        courier.notBefore = performance.now() + wait * (0.75 + Math.random() / 4);
      }
    } finally {
      courier.busy = false;
    }
    plan(id, 0);
  };
  const safely = (work: () => void) => {
    try {
      work();
    } catch (error) {
      log.error({ err: error }, "messages of alerts cannot be read");
    }
  };
  const wake = () =>
    safely(() => {
      if (paused) return;
      for (const id of events.channelsWaiting()) plan(id, gatherMs);
    });
  wake();

  return {
    wake,
    async test(id) {
      const { settings } = channels.get(id);
      if (tests >= TESTS_MAX) throw new AppError("overloaded", "Too many tests are under way; wait a moment.");
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
    renew(id) {
      const courier = couriers.get(id);
      if (courier?.busy) return;
      clearTimeout(courier?.timer);
      couriers.delete(id);
      wake();
    },
    async close() {
      abort.abort();
      for (const { timer } of couriers.values()) clearTimeout(timer);
      couriers.clear();
      await Promise.allSettled(underWay);
    },
  };
}
