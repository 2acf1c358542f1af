import type { Revocation } from "../protocol/access.ts";
import { createDelivery } from "./delivery.ts";
import { createEventQueue, type QueuedEvent } from "./event-queue.ts";
import { createRevocationList } from "./revocation-list.ts";

/** The server understood the request and will not take it, now or later. */
export class RefusedError extends Error {}

/** Where the client reports what it cannot return: its calls do not wait. Pino's loggers have this shape. */
export interface ClientLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface OutboxOptions {
  /**
   * Sends one request to the realtime server.
   * @throws RefusedError when no retry can help; any other error is followed by a retry.
   */
  post(path: string, body: string): Promise<void>;
  log: ClientLog;
}

export interface Outbox {
  add(event: QueuedEvent): void;
  revoke(revocation: Revocation): void;
  /** Events that wait, and events dropped since the start. */
  counts(): { queued: number; dropped: number };
  /** Ends the retries; resolves once the requests under way have ended. */
  close(): Promise<void>;
}

/**
 * Holds everything that the realtime server has yet to receive. Events travel in order and in batches, bounded by
 * dropping the oldest; revocations travel beside them, so that no batch delays a cut, and are bounded by merging.
 */
export function createOutbox({ post, log }: OutboxOptions): Outbox {
  const queue = createEventQueue();
  const revocations = createRevocationList();

  const postEvents = (events: readonly QueuedEvent[]) =>
    post("/emit", `{"events":[${events.map(({ json }) => json).join(",")}]}`);
  /** The server takes or refuses a batch as a whole; one bad event must not block the others. */
  const postOneByOne = async (events: readonly QueuedEvent[]) => {
    for (const event of events) {
      try {
        await postEvents([event]);
      } catch (error) {
        if (!(error instanceof RefusedError)) throw error;
        log.error({ err: error, event: event.name }, "the realtime server refuses an event");
      }
    }
  };
  const sendBatch = async (events: readonly QueuedEvent[]) => {
    try {
      await postEvents(events);
    } catch (error) {
      if (!(error instanceof RefusedError)) throw error;
      await postOneByOne(events);
    }
  };

  const events = createDelivery({
    send: async () => {
      const batch = queue.take();
      return batch.length > 0 && settle(queue, sendBatch(batch));
    },
    onState: (up, error) => {
      if (up) log.info({ dropped: queue.dropped }, "the realtime server is back, events flow again");
      else log.warn({ err: error }, "the realtime server does not answer, events are queued");
    },
    retryFirstMs: 250,
    retryMaxMs: 5_000,
  });
  const cuts = createDelivery({
    send: async () => {
      const revocation = revocations.take();
      return revocation !== undefined && settle(revocations, post("/access/revoke", JSON.stringify(revocation)));
    },
    onState: (up, error) => {
      if (up) log.info({}, "revocations have been delivered");
      else log.warn({ err: error }, "a revocation could not be delivered yet");
    },
    retryFirstMs: 100,
    retryMaxMs: 1_000,
  });

  return {
    add(event) {
      queue.add(event);
      events.wake();
    },
    revoke(revocation) {
      revocations.add(revocation);
      cuts.wake();
    },
    counts: () => ({ queued: queue.length, dropped: queue.dropped }),
    async close() {
      await Promise.all([events.stop(), cuts.stop()]);
    },
  };
}

/** Ends the request of what was taken: delivered and done, or put back and thrown. */
async function settle(source: { done(): void; putBack(): void }, request: Promise<void>): Promise<true> {
  try {
    await request;
  } catch (error) {
    source.putBack();
    throw error;
  }
  source.done();
  return true;
}
