import type { Socket } from "socket.io-client";
import type { NamespaceName } from "../../../../shared/protocol/namespaces.ts";
import type { ErrorCode, Result } from "../../../../shared/protocol/result.ts";
import type { Connection, Lease } from "./connection.ts";

/** A refusal, or no answer at all, to one subscription. */
export interface TopicError {
  code: ErrorCode | "unreachable";
  message: string;
}

/** What is said to the server to begin and to end a subscription. */
export interface Call {
  event: string;
  payload: object;
}

/** One subscription at the server, shared by all who want the same. */
export interface Topic<Listener> {
  /** Asked for on every (re)connect, so that it carries the newest cursor. */
  join(): Call;
  leave(): Call;
  /** Attaches what the topic needs from the socket; returns the clean-up. */
  attach(socket: Socket, listeners: ReadonlySet<Listener>): () => void;
  /** The server refused, or could not be asked. */
  failed(error: TopicError, listeners: ReadonlySet<Listener>): void;
  /** The server has confirmed the subscription, at first and after each reconnect. */
  joined?(listeners: ReadonlySet<Listener>): void;
  /** Somebody came to a topic that is already running. */
  replay?(listener: Listener): void;
}

interface Entry<Listener> {
  topic: Topic<Listener>;
  listeners: Set<Listener>;
  rejoin: () => void;
  end: () => void;
}

/** Calls each listener; one that throws does not keep the others from hearing. */
export function notify<Listener>(listeners: ReadonlySet<Listener>, call: (listener: Listener) => void): void {
  for (const listener of [...listeners]) {
    try {
      call(listener);
    } catch (error) {
      // Shown on the browser's console as any uncaught error; elsewhere there is no such place.
      (globalThis as { reportError?: (error: unknown) => void }).reportError?.(error);
    }
  }
}

/** Longest wait for an acknowledgement. */
const ACK_MS = 15_000;
const RETRY_MS = { min: 1_000, max: 30_000 };
/** Refusals that pass by themselves. */
const passing = new Set<string>(["rate_limited", "overloaded", "upstream_unavailable", "unreachable", "internal"]);

/** Subscriptions of one namespace by key: the first listener subscribes, the last one unsubscribes. */
export function createTopics<Listener>(connection: Connection, namespace: NamespaceName) {
  const entries = new Map<string, Entry<Listener>>();
  /** A subscription that is being left must be gone before the same one begins: its late events would be repeated. */
  const leaving = new Map<string, Promise<unknown>>();

  const begin = (key: string, topic: Topic<Listener>): Entry<Listener> => {
    const lease: Lease = connection.use(namespace);
    const { socket } = lease;
    const listeners = new Set<Listener>();
    let detach: (() => void) | undefined;
    let retry: ReturnType<typeof setTimeout> | undefined;
    let failures = 0;
    let ended = false;
    let joined = false;

    const refused = (error: TopicError) => {
      topic.failed(error, listeners);
      if (!passing.has(error.code)) return;
      retry = setTimeout(join, Math.min(RETRY_MS.max, RETRY_MS.min * 2 ** failures++));
    };
    const join = () => {
      if (ended || !socket.connected) return;
      clearTimeout(retry);
      detach ??= topic.attach(socket, listeners);
      joined = true;
      const { event, payload } = topic.join();
      socket.timeout(ACK_MS).emit(event, payload, (timedOut: Error | null, answer: Result) => {
        if (ended || (timedOut && !socket.connected)) return;
        if (timedOut) refused({ code: "unreachable", message: "The server did not answer in time." });
        else if (answer?.success === false) refused({ code: answer.code, message: answer.error });
        else {
          failures = 0;
          topic.joined?.(listeners);
        }
      });
    };
    const start = () => void Promise.resolve(leaving.get(key)).then(join);

    socket.on("connect", start);
    if (socket.connected) start();

    return {
      topic,
      listeners,
      rejoin: join,
      end() {
        ended = true;
        clearTimeout(retry);
        socket.off("connect", start);
        detach?.();
        if (joined && socket.connected) leave(key, socket, topic.leave());
        lease.release();
      },
    };
  };

  const leave = (key: string, socket: Socket, { event, payload }: Call) => {
    const gone = new Promise<void>((resolve) => {
      const done = () => {
        socket.off("disconnect", done);
        if (leaving.get(key) === gone) leaving.delete(key);
        resolve();
      };
      socket.once("disconnect", done);
      socket.timeout(ACK_MS).emit(event, payload, done);
    });
    leaving.set(key, gone);
  };

  return {
    /** Adds a listener to the topic, begun with `make` when it is not running; returns the clean-up. */
    listen(key: string, listener: Listener, make: () => Topic<Listener>): () => void {
      let entry = entries.get(key);
      if (entry) entry.topic.replay?.(listener);
      else {
        entry = begin(key, make());
        entries.set(key, entry);
      }
      entry.listeners.add(listener);
      const held = entry;
      return () => {
        if (!held.listeners.delete(listener) || held.listeners.size > 0) return;
        if (entries.get(key) === held) entries.delete(key);
        held.end();
      };
    },
    /** Asks again with what `join` says now. */
    rejoin: (key: string): void => entries.get(key)?.rejoin(),
  };
}
