/** Calls `send` at once, then at most once per interval, the last time after the last call. */
export function createThrottle<Value>(send: (value: Value) => void, intervalMs: number) {
  let timer: NodeJS.Timeout | undefined;
  let waiting: { value: Value } | undefined;
  const tick = () => {
    timer = undefined;
    if (!waiting) return;
    const { value } = waiting;
    waiting = undefined;
    start(value);
  };
  const start = (value: Value) => {
    timer = setTimeout(tick, intervalMs);
    timer.unref();
    send(value);
  };
  return {
    call(value: Value): void {
      if (timer) waiting = { value };
      else start(value);
    },
    end(): void {
      clearTimeout(timer);
      timer = undefined;
      waiting = undefined;
    },
  };
}
