import type { Socket } from "socket.io-client";
import type { NamespaceName } from "../../protocol/namespace-names.ts";
import type { Result } from "../../protocol/result.ts";
import type { Connection, Lease } from "./connection.ts";
import { attempt, notify, type Stop } from "./listeners.ts";
import { watchMessages } from "./messages.ts";
import { isTransient, type WatchError } from "./watch-error.ts";

/** An event that starts or ends a subscription at the server. */
export interface Call {
  event: string;
  payload: object;
}

/** One subscription at the server, shared by all listeners that want the same. */
export interface Topic<Listener> {
  /** Called on every (re)connect, so that it carries the newest cursor. */
  join(): Call;
  leave(): Call;
  /**
   * Attaches what the topic needs from the socket; returns the clean-up.
   * @param refused reports an `error` event of this subscription
   */
  attach(socket: Socket, listeners: ReadonlySet<Listener>, refused: (error: WatchError) => void): () => void;
  failed(error: WatchError, listener: Listener): void;
  /** True when the topic can ask in another way, and wants to at once; the error is not reported then. */
  adapts?(error: WatchError): boolean;
  /** The server has confirmed the subscription, at first and after each reconnect. */
  joined?(listeners: ReadonlySet<Listener>): void;
  /**
   * Brings a listener up to date that comes later than others.
   * @param holds the server has confirmed the subscription, and the connection lasts
   */
  replay?(listener: Listener, holds: boolean): void;
}

/** Longest wait for an acknowledgement. */
const ACK_MS = 15_000;
const RETRY_MS = { min: 1_000, max: 30_000 };

/** A subscription of an older server has no answer to what it does not know: anything but a refusal is a yes. */
const readAnswer = (answer: Result | undefined): WatchError | undefined =>
  answer?.success === false ? { code: answer.code, message: answer.error } : undefined;

interface Subscription<Listener> {
  /** Adds a listener, after the caller has got back what removes it again. */
  add(listener: Listener): void;
  /** True when the last listener is gone. */
  remove(listener: Listener): boolean;
  rejoin(): void;
  end(): void;
}

interface SubscriptionOptions<Listener> {
  topic: Topic<Listener>;
  lease: Lease;
  /** Resolves when an earlier subscription with the same key is gone. */
  free: () => Promise<unknown> | undefined;
  /** Called at the end when the server has to be asked to end the subscription. */
  leave: (socket: Socket, call: Call) => void;
}

/** Keeps one topic subscribed, for as long as it has listeners: joins on every connect, and again after refusals that pass. */
function subscribe<Listener>({ topic, lease, free, leave }: SubscriptionOptions<Listener>): Subscription<Listener> {
  const { socket } = lease;
  const listeners = new Set<Listener>();
  const arriving = new Set<Listener>();
  let detach: (() => void) | undefined;
  let retry: ReturnType<typeof setTimeout> | undefined;
  let failures = 0;
  let ended = false;
  let joined = false;
  let holds = false;
  /** What listeners were told since the last join: a refusal comes as an event and as an acknowledgement. */
  let reported: WatchError | undefined;

  const report = (error: WatchError) => {
    if (reported?.code === error.code) return;
    reported = error;
    notify(listeners, (listener) => topic.failed(error, listener));
  };
  const refused = (error: WatchError) => {
    if (topic.adapts?.(error)) return join();
    report(error);
    if (!isTransient(error)) return;
    retry = setTimeout(join, Math.min(RETRY_MS.max, RETRY_MS.min * 2 ** failures++));
  };
  const join = () => {
    if (ended || !socket.connected) return;
    clearTimeout(retry);
    reported = undefined;
    detach ??= topic.attach(socket, listeners, report);
    joined = true;
    const { event, payload } = topic.join();
    socket.timeout(ACK_MS).emit(event, payload, (timedOut: Error | null, answer?: Result) => {
      if (ended || (timedOut && !socket.connected)) return;
      const error: WatchError | undefined = timedOut
        ? { code: "unreachable", message: watchMessages.noAnswer }
        : readAnswer(answer);
      if (error) return refused(error);
      failures = 0;
      holds = true;
      topic.joined?.(listeners);
    });
  };
  const start = () => void Promise.resolve(free()).then(join);
  const onDisconnect = () => {
    holds = false;
  };

  socket.on("connect", start);
  socket.on("disconnect", onDisconnect);
  if (socket.connected) start();
  // A connection that fails for the moment is reported once, by the connection; a refusal concerns each subscription.
  const stopErrors = lease.onError((error) => {
    if (!isTransient(error)) report(error);
  });

  const welcome = (listener: Listener) => {
    if (!arriving.has(listener)) return;
    const earlier = reported;
    attempt(() => topic.replay?.(listener, holds));
    if (earlier) attempt(() => topic.failed(earlier, listener));
    if (arriving.delete(listener)) listeners.add(listener);
  };

  return {
    add(listener) {
      arriving.add(listener);
      queueMicrotask(() => welcome(listener));
    },
    remove: (listener) =>
      (arriving.delete(listener) || listeners.delete(listener)) && arriving.size + listeners.size === 0,
    rejoin: join,
    end() {
      if (ended) return;
      ended = true;
      clearTimeout(retry);
      socket.off("connect", start);
      socket.off("disconnect", onDisconnect);
      stopErrors();
      detach?.();
      if (joined && socket.connected) leave(socket, topic.leave());
      lease.release();
    },
  };
}

/** Subscriptions of one namespace by key: the first listener subscribes, the last one unsubscribes. */
export function createTopics<Listener>(connection: Connection, namespace: NamespaceName) {
  const subscriptions = new Map<string, Subscription<Listener>>();
  /** A subscription that is being left must be gone before the same one starts: its late events would be repeated. */
  const leaving = new Map<string, Promise<unknown>>();

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

  connection.onClose(() => {
    for (const subscription of subscriptions.values()) subscription.end();
    subscriptions.clear();
  });

  return {
    /** Adds a listener to the topic, made with `make` when it is not running; returns the clean-up. */
    listen(key: string, listener: Listener, make: () => Topic<Listener>): Stop {
      const subscription =
        subscriptions.get(key) ??
        subscribe({
          topic: make(),
          lease: connection.use(namespace),
          free: () => leaving.get(key),
          leave: (socket, call) => leave(key, socket, call),
        });
      subscriptions.set(key, subscription);
      subscription.add(listener);
      return () => {
        if (!subscription.remove(listener)) return;
        if (subscriptions.get(key) === subscription) subscriptions.delete(key);
        subscription.end();
      };
    },
    /** Asks again with what `join` returns now. */
    rejoin: (key: string): void => subscriptions.get(key)?.rejoin(),
  };
}
