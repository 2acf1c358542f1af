import type { Manager } from "socket.io-client";

export interface WebSocketReturnOptions {
  /** Creates a client that connects once, on request, by WebSocket only. */
  createProbe: () => Manager;
  /** Shortest and longest time between two tries, in milliseconds; each waits twice as long as the previous one. */
  tryMs: { min: number; max: number };
  /** A WebSocket has opened: one is worth a new connection. */
  onOpen: () => void;
}

export interface WebSocketReturn {
  /** Starts to try; does nothing while it does. */
  start(): void;
  stop(): void;
}

/**
 * Finds out now and then whether WebSockets get through again. A connection that fell back to long polling, because a
 * server was just starting or a network blocked it, would poll to its end: Engine.IO tries once.
 */
export function createWebSocketReturn({ createProbe, tryMs, onOpen }: WebSocketReturnOptions): WebSocketReturn {
  let wait = tryMs.min;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let probe: Manager | undefined;
  const drop = () => {
    const dropped = probe;
    probe = undefined;
    dropped?._close();
  };
  const later = () => {
    timer = setTimeout(tryOnce, wait);
    wait = Math.min(tryMs.max, wait * 2);
  };
  const tryOnce = () => {
    const current = createProbe();
    probe = current;
    current.open((error) => {
      if (probe !== current) return;
      drop();
      if (error) return later();
      stop();
      onOpen();
    });
  };
  const stop = () => {
    clearTimeout(timer);
    timer = undefined;
    wait = tryMs.min;
    drop();
  };
  return {
    start() {
      if (timer === undefined) later();
    },
    stop,
  };
}
