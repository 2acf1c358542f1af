/** What waits for one client that reads too slowly, in bytes. Beyond it the stream ends. */
const MAX_WAITING_BYTES = 16 * 1024 * 1024;
/** Interval of the comments that keep an idle stream open through proxies, in milliseconds. */
const KEEP_ALIVE_MS = 15_000;
/** Longest time a client may leave what waits unread, in milliseconds. */
const UNREAD_MS = 60_000;

const encoder = new TextEncoder();
const keepAlive = encoder.encode(": keep-alive\n\n");
const opened = encoder.encode(": open\n\n");

/** Messages to one client over Server-Sent Events. */
export interface Outbox {
  readonly stream: ReadableStream<Uint8Array>;
  readonly closed: boolean;
  /** Sends a message, or the text of one. False when the stream has ended. */
  send(message: object | string): boolean;
  /** Ends the stream after what waits. */
  end(): void;
  /** Ends the stream at once. */
  cut(): void;
}

/** @param onEnd called once: by `end`, by the client, or when the client does not read */
export function createOutbox(onEnd: () => void = () => {}): Outbox {
  const waiting: Uint8Array[] = [];
  let bytes = 0;
  let ending = false;
  let closed = false;
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  /** Wakes the pull that waits for the next message. */
  let wake: (() => void) | undefined;
  let unreadSince: number | undefined;

  const close = () => {
    if (closed) return;
    closed = true;
    clearInterval(timer);
    waiting.length = 0;
    wake?.();
    onEnd();
  };
  const cut = () => {
    if (closed) return;
    close();
    try {
      controller?.close();
    } catch {
      // the client has closed it
    }
  };
  const push = (chunk: Uint8Array) => {
    waiting.push(chunk);
    bytes += chunk.byteLength;
    unreadSince ??= performance.now();
    wake?.();
  };
  // Some proxies and clients wait for the first byte before they take a stream for open.
  push(opened);
  const timer = setInterval(() => {
    if (unreadSince !== undefined && performance.now() - unreadSince > UNREAD_MS) cut();
    else if (waiting.length === 0) push(keepAlive);
  }, KEEP_ALIVE_MS);
  timer.unref();

  const stream = new ReadableStream<Uint8Array>(
    {
      start(given) {
        controller = given;
      },
      async pull(given) {
        while (waiting.length === 0 && !ending && !closed) {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
          wake = undefined;
        }
        if (closed) return;
        const chunk = waiting.shift();
        if (chunk) {
          bytes -= chunk.byteLength;
          unreadSince = waiting.length > 0 ? performance.now() : undefined;
          given.enqueue(chunk);
        } else {
          close();
          given.close();
        }
      },
      cancel: close,
    },
    { highWaterMark: 0 },
  );

  return {
    stream,
    get closed() {
      return closed || ending;
    },
    send(message) {
      if (closed || ending) return false;
      const chunk = encoder.encode(
        `event: message\ndata: ${typeof message === "string" ? message : JSON.stringify(message)}\n\n`,
      );
      if (bytes > opened.byteLength && bytes + chunk.byteLength > MAX_WAITING_BYTES) {
        cut();
        return false;
      }
      push(chunk);
      return true;
    },
    end() {
      ending = true;
      wake?.();
    },
    cut,
  };
}
