import { createDelivery } from "./delivery.ts";
import { createEventQueue } from "./event-queue.ts";
import { messages } from "./messages.ts";
import type { Post } from "./post.ts";
import type { EmitResult } from "./result.ts";
import { createSender } from "./sender.ts";
import type { EmitLog } from "./settings.ts";

const RETRY_FIRST_MS = 250;
const RETRY_MAX_MS = 5_000;

export interface NewEvent {
  /** For the log, when the server refuses the event. */
  name: string;
  id: string;
  /** The event without its id. */
  json: string;
  /** Length of the event with its id. */
  bytes: number;
}

export interface EmitCounts {
  /** Events that wait to be sent. */
  queued: number;
  /** Events dropped since the start: the queue was full, or the emitter was closed. */
  dropped: number;
}

export interface Outbox {
  /** Adds an event. Resolves with what became of it, and never rejects. */
  add(event: NewEvent): Promise<EmitResult>;
  counts(): EmitCounts;
  /** Resolves with true once no event waits, and with false after `timeoutMs`. */
  flush(timeoutMs: number): Promise<boolean>;
  /** Ends the retries and drops what waits; resolves once the request in progress has ended. */
  stop(): Promise<void>;
}

/**
 * Holds the events that the realtime server has yet to receive: at most 1,000 events and 5 MB, in order, sent in
 * batches. The oldest are dropped when there is no room. While the server is away, `add` resolves at once.
 */
export function createOutbox({ post, log }: { post: Post; log?: EmitLog }): Outbox {
  const queue = createEventQueue();
  let up = true;
  let stopped = false;
  /** A refused token refuses all events: it is logged once. */
  let refusing: string | undefined;
  const onEmpty = new Set<() => void>();

  const logOutcome = (name: string, result: EmitResult) => {
    if (result.code === undefined) refusing = undefined;
    else if (result.code === "invalid_input" || result.code !== refusing) {
      refusing = result.code;
      log?.error({ event: name, code: result.code, reason: result.refused }, "the realtime server refuses an event");
    }
  };
  const sender = createSender({
    post,
    settle(event, result) {
      queue.done();
      logOutcome(event.name, result);
      event.settle(result);
    },
  });
  const delivery = createDelivery({
    async send() {
      const batch = queue.take();
      if (batch.length === 0) {
        for (const resolve of onEmpty) resolve();
        return false;
      }
      try {
        await sender.send(batch);
      } catch (error) {
        queue.putBack();
        throw error;
      }
      return true;
    },
    onState(nowUp, error) {
      if (stopped) return;
      up = nowUp;
      if (up) return log?.info({ dropped: queue.dropped }, "the realtime server is back, events are sent again");
      log?.warn({ err: error }, "the realtime server does not respond, events are queued");
      sender.forgetServer();
      for (const event of queue.all()) event.settle({ queued: true });
    },
    retryFirstMs: RETRY_FIRST_MS,
    retryMaxMs: RETRY_MAX_MS,
  });

  return {
    add(event) {
      if (stopped) return Promise.resolve({ refused: messages.closed, code: "gone" });
      return new Promise((resolve) => {
        let awaited = true;
        const settle = (result: EmitResult) => {
          awaited = false;
          resolve(result);
        };
        queue.add({
          name: event.name,
          id: event.id,
          json: event.json,
          bytes: event.bytes,
          settle,
          get awaited() {
            return awaited;
          },
        });
        if (!up) settle({ queued: true });
        delivery.wake();
      });
    },
    counts: () => ({ queued: queue.length, dropped: queue.dropped }),
    flush(timeoutMs) {
      if (queue.length === 0) return Promise.resolve(true);
      if (stopped) return Promise.resolve(false);
      delivery.retryNow();
      return new Promise((resolve) => {
        const end = (empty: boolean) => {
          clearTimeout(timer);
          onEmpty.delete(empties);
          resolve(empty);
        };
        const empties = () => end(true);
        onEmpty.add(empties);
        // Keeps the process alive: the caller waits, and retries alone would not.
        const timer = setTimeout(() => end(false), timeoutMs);
      });
    },
    async stop() {
      stopped = true;
      await delivery.stop();
      queue.clear();
    },
  };
}
