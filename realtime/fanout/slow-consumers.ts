import type { Socket } from "socket.io";
import { isDrained } from "./send-queue.ts";

const DRAIN_POLL_MS = 50;

/** Consumers skipped by broadcasts, with the number of missed events, which they receive as a `gap` when they read again. */
export interface SlowConsumers {
  /** A consumer that missed an event receives nothing before its gap, so that the gap stands where the events are missing. */
  isBehind(socket: Socket): boolean;
  skip(socket: Socket): void;
  /** Events skipped so far, for all consumers. */
  readonly skipped: number;
  close(): void;
}

export function createSlowConsumers(): SlowConsumers {
  const missed = new Map<Socket, number>();
  let skipped = 0;
  let timer: NodeJS.Timeout | undefined;
  const look = () => {
    for (const [socket, dropped] of missed) {
      if (socket.connected && !isDrained(socket)) continue;
      missed.delete(socket);
      if (socket.connected) socket.emit("gap", { from: null, to: null, reason: "slow_reader", dropped });
    }
    if (missed.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
  return {
    isBehind: (socket) => missed.size > 0 && missed.has(socket),
    skip(socket) {
      skipped++;
      missed.set(socket, (missed.get(socket) ?? 0) + 1);
      timer ??= setInterval(look, DRAIN_POLL_MS);
    },
    get skipped() {
      return skipped;
    },
    close() {
      clearInterval(timer);
      missed.clear();
    },
  };
}
