export interface WebSocketReturnOptions {
  /** Address of a WebSocket handshake. */
  url: string;
  /** Shortest and longest time between two tries, in milliseconds; each waits twice as long as the one before. */
  tryMs: { min: number; max: number };
  /** A WebSocket has opened: one is worth a new connection. */
  onOpen: () => void;
}

export interface WebSocketReturn {
  /** Begins to try; does nothing while it does. */
  start(): void;
  stop(): void;
}

/** Time a try has, in milliseconds. */
const TRY_MS = 10_000;

/**
 * Finds out now and then whether WebSockets get through again. A connection that fell back to long polling, because a
 * server was just starting or a network blocked it, would poll to its end: Engine.IO tries once.
 */
export function createWebSocketReturn({ url, tryMs, onOpen }: WebSocketReturnOptions): WebSocketReturn {
  let wait = tryMs.min;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let probe: WebSocket | undefined;
  const drop = () => {
    const dropped = probe;
    probe = undefined;
    dropped?.close();
  };
  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(tryOnce, wait);
    wait = Math.min(tryMs.max, wait * 2);
  };
  const tryOnce = () => {
    const socket = new WebSocket(url);
    probe = socket;
    timer = setTimeout(drop, TRY_MS);
    socket.onopen = () => {
      if (probe !== socket) return;
      stop();
      onOpen();
    };
    socket.onclose = () => {
      if (timer !== undefined) later();
    };
  };
  const stop = () => {
    clearTimeout(timer);
    timer = undefined;
    wait = tryMs.min;
    drop();
  };
  return {
    start() {
      if (timer === undefined && typeof WebSocket === "function") later();
    },
    stop,
  };
}
