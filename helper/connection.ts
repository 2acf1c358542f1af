import type { Socket } from "node:net";
import { createFrameReader, encodeFrame } from "../shared/helper/frames.ts";
import {
  type CallError,
  clientFrame,
  HELPER_VERSION,
  hello,
  MAX_CALLS,
  MAX_HEAD,
  MAX_REQUEST_BODY,
  MAX_RESPONSE,
  type ServerFrame,
} from "../shared/helper/protocol.ts";
import type { Answer } from "./calls.ts";
import type { Part } from "./user-child.ts";

const HELLO_LIMIT_MS = 10_000;
/** Without a call; the client connects again with its next one. */
const IDLE_MS = 10 * 60_000;
/** Not yet read by the client: events end with an error above the first, the connection above the second. */
const MAX_UNREAD_EVENTS = 4 * 1024 * 1024;
const MAX_UNREAD = MAX_RESPONSE + 8 * 1024 * 1024;
/** Above this the processes of users wait, so that the long answers of some do not cut off all. */
const MAX_AHEAD = 1024 * 1024;
/** For a client that reads nothing while they wait: shorter than the limit of a call, which other clients of a user share. */
const STUCK_MS = 5_000;

const overloaded = (message: string): CallError => ({ kind: "app", code: "overloaded", message });

/** Serves one client until either end closes the connection; its calls end with it. */
export function serveConnection(socket: Socket, answer: Answer): void {
  const calls = new Map<number, AbortController>();
  let greeted = false;

  const write = (frame: ServerFrame, body?: Buffer) => {
    if (socket.destroyed) return;
    if (socket.writableLength > MAX_UNREAD) return void socket.destroy();
    socket.write(encodeFrame(frame, body));
  };
  /** Bytes that the client's end has taken. */
  const flushed = () => socket.bytesWritten - socket.writableLength;
  let room: Promise<void> | undefined;
  const whenRead = (): Promise<void> => {
    room ??= new Promise((resolve) => {
      let before = flushed();
      const stuck = setInterval(() => {
        if (flushed() === before) socket.destroy();
        before = flushed();
      }, STUCK_MS).unref();
      const done = () => {
        clearInterval(stuck);
        socket.off("drain", done);
        socket.off("close", done);
        room = undefined;
        resolve();
      };
      socket.on("drain", done);
      socket.on("close", done);
    });
    return room;
  };
  const rest = (ms: number) => socket.setTimeout(ms);

  const greet = (head: unknown) => {
    const { success, data } = hello.safeParse(head);
    if (success && data.version === HELPER_VERSION) {
      greeted = true;
      rest(IDLE_MS);
      return write({ type: "welcome", version: HELPER_VERSION });
    }
    write({ type: "refused", version: HELPER_VERSION, message: "This helper is of another release." });
    socket.end();
  };

  const start = async (id: number, verb: string, input: unknown, body: Buffer) => {
    if (calls.has(id)) return void socket.destroy();
    if (calls.size >= MAX_CALLS)
      return write({ type: "error", id, error: overloaded("The helper has too many calls.") });
    const stop = new AbortController();
    calls.set(id, stop);
    rest(0);
    let isSlow = false;
    const onPart: Part = (topic, bytes) => {
      if (stop.signal.aborted) return undefined;
      if (topic !== undefined && socket.writableLength > MAX_UNREAD_EVENTS) {
        isSlow = true;
        stop.abort();
        return undefined;
      }
      write({ type: "part", id, topic }, bytes);
      return socket.writableLength > MAX_AHEAD && !socket.destroyed ? whenRead() : undefined;
    };
    const answered = await answer({ verb, input, body: Buffer.from(body), onPart, signal: stop.signal });
    calls.delete(id);
    if (calls.size === 0) rest(IDLE_MS);
    if (isSlow) write({ type: "error", id, error: overloaded("The events were not read in time.") });
    else if ("error" in answered) write({ type: "error", id, error: answered.error });
    else write({ type: "end", id, result: answered.result });
  };

  const read = createFrameReader({ head: MAX_HEAD, body: MAX_REQUEST_BODY }, ({ head, body }) => {
    if (socket.destroyed) return;
    if (!greeted) return greet(head);
    const frame = clientFrame.parse(head);
    if (frame.type === "cancel") calls.get(frame.id)?.abort();
    else void start(frame.id, frame.verb, frame.input, body);
  });

  socket.on("timeout", () => socket.destroy());
  rest(HELLO_LIMIT_MS);
  socket.on("data", (chunk: Buffer) => {
    try {
      read(chunk);
    } catch {
      socket.destroy(); // no frame, or a malformed one
    }
  });
  socket.on("error", () => undefined); // `close` follows
  socket.on("close", () => {
    for (const call of calls.values()) call.abort();
  });
}
