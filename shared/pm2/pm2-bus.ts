import { connect } from "node:net";
import { createFrameReader, decodeArgument } from "./amp.ts";
import { readInto } from "./pm2-rpc.ts";

/** First and longest delay between two attempts to reconnect, so that a new daemon is found within 5 s. */
const RETRY_FIRST_MS = 200;
const RETRY_MAX_MS = 4_000;
/** Largest message of the bus, in bytes. */
const MAX_MESSAGE = 16 * 1024 * 1024;

export interface BusHandlers {
  /** Topic and undecoded payload: the bus also carries log lines, and most messages are discarded undecoded. */
  onMessage(topic: string, data: Buffer | undefined): void;
  onState(up: boolean): void;
}

/** Listens to PM2's event bus until aborted. Reconnects when the daemon stops and starts. */
export function followBus(socketPath: string, { onMessage, onState }: BusHandlers, signal: AbortSignal): void {
  let delay = RETRY_FIRST_MS;
  let up: boolean | undefined;

  const report = (state: boolean) => {
    if (state === up || signal.aborted) return;
    up = state;
    onState(state);
  };

  const open = () => {
    if (signal.aborted) return;
    const socket = connect(socketPath);
    const abort = () => socket.destroy();
    signal.addEventListener("abort", abort);
    socket.on("connect", () => {
      delay = RETRY_FIRST_MS;
      report(true);
    });
    readInto(
      socket,
      createFrameReader(([topic, data]) => {
        const name = decodeArgument(topic);
        if (typeof name === "string" && !signal.aborted) onMessage(name, data);
      }, MAX_MESSAGE),
    );
    socket.on("error", () => undefined); // `close` follows
    socket.on("close", () => {
      signal.removeEventListener("abort", abort);
      if (signal.aborted) return;
      report(false);
      waitThen(open, delay * (0.75 + Math.random() / 4), signal);
      delay = Math.min(RETRY_MAX_MS, delay * 2);
    });
  };
  open();
}

function waitThen(next: () => void, delayMs: number, signal: AbortSignal): void {
  const stop = () => clearTimeout(timer);
  const timer = setTimeout(() => {
    signal.removeEventListener("abort", stop);
    next();
  }, delayMs);
  signal.addEventListener("abort", stop, { once: true });
}
