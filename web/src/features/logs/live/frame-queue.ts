export interface FrameQueueOptions<T> {
  /** Takes items in order; called at most ten times a second. */
  flush(items: T[]): void;
  weigh(item: T): number;
  /** Most weight that may wait; beyond it the oldest items are given to `drop`. */
  maxWeight: number;
  drop(items: T[]): void;
  /** Most weight handed over in one frame, so that a burst never holds the page; one item always goes. */
  maxFlushWeight: number;
  schedule?: (run: () => void, delay: number) => () => void;
}

/** The next animation frame at least `delay` milliseconds away, or a quarter of a second later in a tab that draws none. */
export function nextFrame(run: () => void, delay = 0): () => void {
  let frame = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const cancel = () => {
    cancelAnimationFrame(frame);
    clearTimeout(timer);
  };
  const once = () => {
    cancel();
    run();
  };
  const wait = () => {
    frame = requestAnimationFrame(once);
    timer = setTimeout(once, 250);
  };
  // Shorter than a frame is no delay at all.
  if (delay < 16) wait();
  else timer = setTimeout(wait, delay);
  return cancel;
}

/** Shortest time between two flushes, in milliseconds: ten redraws a second are read as well as sixty. */
const GAP_MS = 100;
/** Share of the time that taking items may cost, as one in so many, and the longest wait this leads to. */
const REST = 4;
const REST_MAX = 250;

/** Gathers items between two frames and hands them over together; bounded, and silent once disposed. */
export function createFrameQueue<T>(options: FrameQueueOptions<T>) {
  const { flush, weigh, drop, maxWeight, maxFlushWeight, schedule = nextFrame } = options;
  let waiting: T[] = [];
  let weight = 0;
  let cancel: (() => void) | undefined;

  /** Milliseconds since the start of the page before which nothing more is handed over. */
  let restUntil = 0;
  const plan = () => {
    cancel ??= schedule(run, Math.max(0, restUntil - performance.now()));
  };

  function run() {
    cancel = undefined;
    const started = performance.now();
    let taken = 0;
    let count = 0;
    while (count < waiting.length && (count === 0 || taken < maxFlushWeight)) taken += weigh(waiting[count++] as T);
    const items = waiting.slice(0, count);
    waiting = waiting.slice(count);
    weight -= taken;
    flush(items);
    const ended = performance.now();
    restUntil = Math.max(started + GAP_MS, ended + Math.min(REST_MAX, (ended - started) * REST));
    if (waiting.length > 0) plan();
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
      plan();
    },
    dispose() {
      cancel?.();
      cancel = undefined;
      waiting = [];
      weight = 0;
    },
  };
}
