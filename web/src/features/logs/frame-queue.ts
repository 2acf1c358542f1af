export interface FrameQueueOptions<T> {
  /** Takes items in order; called at most once an animation frame. */
  flush(items: T[]): void;
  weigh(item: T): number;
  /** Most weight that may wait; beyond it the oldest items are given to `drop`. */
  maxWeight: number;
  drop(items: T[]): void;
  /** Most weight handed over in one frame, so that a burst never holds the page; one item always goes. */
  maxFlushWeight: number;
  schedule?: (run: () => void) => () => void;
}

/** The next animation frame, or a quarter of a second later in a tab that draws none. */
export function nextFrame(run: () => void): () => void {
  let done = false;
  const once = () => {
    if (done) return;
    cancel();
    run();
  };
  const frame = requestAnimationFrame(once);
  const timer = setTimeout(once, 250);
  const cancel = () => {
    done = true;
    cancelAnimationFrame(frame);
    clearTimeout(timer);
  };
  return cancel;
}

/** Gathers items between two frames and hands them over together; bounded, and silent once disposed. */
export function createFrameQueue<T>(options: FrameQueueOptions<T>) {
  const { flush, weigh, drop, maxWeight, maxFlushWeight, schedule = nextFrame } = options;
  let waiting: T[] = [];
  let weight = 0;
  let cancel: (() => void) | undefined;

  function run() {
    cancel = undefined;
    let taken = 0;
    let count = 0;
    while (count < waiting.length && (count === 0 || taken < maxFlushWeight)) taken += weigh(waiting[count++] as T);
    const items = waiting.slice(0, count);
    waiting = waiting.slice(count);
    weight -= taken;
    if (waiting.length > 0) cancel = schedule(run);
    flush(items);
  }

  return {
    push(item: T) {
      waiting.push(item);
      weight += weigh(item);
      if (weight > maxWeight) {
        let count = 0;
        while (weight > maxWeight && count < waiting.length - 1) weight -= weigh(waiting[count++] as T);
        if (count > 0) drop(waiting.splice(0, count));
      }
      cancel ??= schedule(run);
    },
    dispose() {
      cancel?.();
      cancel = undefined;
      waiting = [];
      weight = 0;
    },
  };
}
