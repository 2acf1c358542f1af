import { UnavailableError } from "./response.ts";
import { unref } from "./unref.ts";

export interface DeliveryOptions {
  /** Sends what there is. Returns false when nothing is left. When it throws, it is called again later. */
  send(): Promise<boolean>;
  /** Called when the receiver goes away, and when it is back. */
  onState(up: boolean, error?: unknown): void;
  /** Milliseconds before the first retry; each further wait is twice as long, up to `retryMaxMs`. */
  retryFirstMs: number;
  retryMaxMs: number;
}

export interface Delivery {
  /** Starts sending: something has been added. */
  wake(): void;
  /** Ends a wait for the next retry. */
  retryNow(): void;
  /** Ends the retries; resolves once the request in progress has ended. */
  stop(): Promise<void>;
}

/**
 * Sends one request after another for as long as there is something to send, and retries until each has succeeded.
 * A wait between retries does not keep the process alive.
 * Written without a library: the package for other programs has no dependency here, and `flush` ends a wait early.
 */
export function createDelivery({ send, onState, retryFirstMs, retryMaxMs }: DeliveryOptions): Delivery {
  let run: Promise<void> | undefined;
  let running = false;
  let stopped = false;
  let up = true;
  /** Set by a `wake` that comes after `send` has looked for more. */
  let woken = false;
  let endPause: (() => void) | undefined;

  const pause = (ms: number) =>
    new Promise<void>((resolve) => {
      const end = () => {
        clearTimeout(timer);
        endPause = undefined;
        resolve();
      };
      const timer = setTimeout(end, ms);
      unref(timer);
      endPause = end;
    });
  const sendAll = async () => {
    // One microtask later, so that the events of one turn travel together.
    await Promise.resolve();
    let wait = retryFirstMs;
    while (!stopped) {
      woken = false;
      try {
        const sent = await send();
        wait = retryFirstMs;
        if (sent && !up) {
          up = true;
          onState(true);
        }
        if (!sent && !woken) break;
      } catch (error) {
        if (up) {
          up = false;
          onState(false, error);
        }
        const asked = error instanceof UnavailableError ? (error.retryAfterMs ?? 0) : 0;
        if (!stopped) await pause(Math.max(asked, wait * (0.75 + Math.random() / 4)));
        wait = Math.min(retryMaxMs, wait * 2);
      }
    }
    running = false;
  };

  return {
    wake() {
      woken = true;
      if (running || stopped) return;
      running = true;
      run = sendAll();
    },
    retryNow: () => endPause?.(),
    async stop() {
      stopped = true;
      endPause?.();
      await run;
    },
  };
}
