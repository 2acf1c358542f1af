import pRetry from "p-retry";

export interface DeliveryOptions {
  /** Sends what there is; false when nothing is left. Whatever it throws, it is called again later. */
  send(): Promise<boolean>;
  /** Called when the receiver goes away, and when it is back. */
  onState(up: boolean, error?: unknown): void;
  /** Milliseconds before the first retry; each further wait is twice as long, up to `retryMaxMs`. */
  retryFirstMs: number;
  retryMaxMs: number;
}

export interface Delivery {
  /** Something is there to be sent. */
  wake(): void;
  /** Ends the retries; resolves once the request under way has ended. */
  stop(): Promise<void>;
}

/** Sends one request after another for as long as there is something to send, and retries until each has succeeded. */
export function createDelivery({ send, onState, retryFirstMs, retryMaxMs }: DeliveryOptions): Delivery {
  const stopping = new AbortController();
  let running: Promise<void> | undefined;
  let up = true;
  /** Set by a `wake` that comes after the run has found nothing more. */
  let woken = false;

  const attempt = () =>
    send().catch((cause: unknown) => {
      // p-retry gives up on a TypeError, and runtimes report a refused connection as one.
      throw new Error("A request to the realtime server failed.", { cause });
    });
  const onFailedAttempt = ({ error }: { error: Error }) => {
    if (up) onState(false, error.cause);
    up = false;
  };
  const sendNext = async (): Promise<boolean> => {
    const sent = await pRetry(attempt, {
      retries: Number.POSITIVE_INFINITY,
      minTimeout: retryFirstMs,
      maxTimeout: retryMaxMs,
      randomize: true,
      unref: true,
      signal: stopping.signal,
      onFailedAttempt,
    });
    if (sent && !up) {
      up = true;
      onState(true);
    }
    return sent;
  };
  const run = async () => {
    // One microtask later, so that the events of one turn travel together.
    await Promise.resolve();
    do woken = false;
    while (await sendNext());
  };
  const start = () => {
    running ??= run()
      .catch((error: unknown) => {
        if (!stopping.signal.aborted) throw error;
      })
      .finally(() => {
        running = undefined;
        if (woken && !stopping.signal.aborted) start();
      });
  };

  return {
    wake() {
      woken = true;
      if (!stopping.signal.aborted) start();
    },
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
