export interface DeliveryOptions {
  /** Sends what there is; false when nothing is left. A throw means: try again later. */
  send(): Promise<boolean>;
  /** Told when the other side goes away, and when it is back. */
  onState(up: boolean, error?: unknown): void;
  /** Milliseconds before the first retry, and the longest wait between two. */
  retryFirstMs: number;
  retryMaxMs: number;
}

export interface Delivery {
  /** Something is there to be sent. */
  wake(): void;
  /** No more retries; resolves once a request under way has ended. */
  stop(): Promise<void>;
}

/** Sends one request after the other, as long as there is something, and waits longer after each failure. */
export function createDelivery({ send, onState, retryFirstMs, retryMaxMs }: DeliveryOptions): Delivery {
  let running: Promise<void> | undefined;
  let retry: NodeJS.Timeout | undefined;
  let delay = retryFirstMs;
  let up = true;
  let stopped = false;
  /** Set by a `wake` that comes while a run is on its last look. */
  let woken = false;

  const run = async () => {
    try {
      // A turn later, so that the events of one turn travel together.
      await Promise.resolve();
      while (!stopped) {
        woken = false;
        const sent = await send();
        if (!sent) return;
        if (up) continue;
        up = true;
        delay = retryFirstMs;
        onState(true);
      }
    } catch (error) {
      if (up) onState(false, error);
      up = false;
      if (stopped) return;
      retry = setTimeout(start, delay * (0.75 + Math.random() / 4));
      retry.unref();
      delay = Math.min(retryMaxMs, delay * 2);
    }
  };
  const start = () => {
    retry = undefined;
    running ??= run().finally(() => {
      running = undefined;
      if (woken && !retry && !stopped) start();
    });
  };

  return {
    wake() {
      woken = true;
      if (!stopped && !running && !retry) start();
    },
    async stop() {
      stopped = true;
      clearTimeout(retry);
      await running;
    },
  };
}
