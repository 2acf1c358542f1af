import type { LogSource } from "../../shared/logs/log-source.ts";
import { delay } from "../../shared/server/async/backoff.ts";
import { AppError, toFailure } from "../../shared/server/errors.ts";
import type { Log } from "../../shared/server/log.ts";
import { RoomGroups } from "../fanout/room-groups.ts";
import { drained, isSlow } from "../fanout/send-queue.ts";
import { createSharedSources } from "../fanout/shared-sources.ts";
import type { AnyNamespace, AnySocket } from "../namespaces/namespace.ts";
import type { LogEvent } from "./log-event.ts";
import type { LogSubscriber } from "./log-subscriber.ts";
import { LogTopic } from "./log-topic.ts";

/** Logs one socket may follow at once. */
const MAX_LOGS = 32;
/** An acknowledgement waits this long for a source that does not respond, longer than a call of the Engine may take. */
const PLACE_MS = 5_000;

/** Resolves with the promise, or after the time. */
async function within(promise: Promise<void>, ms: number): Promise<void> {
  const timer = new AbortController();
  await Promise.race([promise, delay(ms, timer.signal)]);
  timer.abort();
}

export interface LogSubscriptionsOptions<Ref extends object> {
  namespace: Pick<AnyNamespace, "to">;
  openSource(key: string): LogSource;
  log: Log;
  lingerMs: number | undefined;
  /** Called when a subscription fails, after its error was sent. */
  onFailed(socket: AnySocket, ref: Ref): void;
}

interface Subscription<Ref extends object> {
  /** Key in the list of the socket: the names it sent, so that a repeated subscription replaces the first. */
  name: string;
  key: string;
  ref: Ref;
  topic: Topic<Ref>;
  subscriber: LogSubscriber;
}

/** How a viewer receives lines. Equal viewers share one encoding. */
type Viewer<Ref> = Ref & { ages: boolean };

interface Topic<Ref extends object> {
  key: string;
  logs: LogTopic;
  groups: RoomGroups<Viewer<Ref>>;
  close(): void;
}

export interface LogSubscriptions<Ref extends object> {
  /**
   * Follows a log for a socket. A repeated subscription under the same names starts over and returns `renewed`. `placed`
   * resolves once whatever is written from then on is part of it, after {@link PLACE_MS} at the latest.
   * @throws `AppError` `invalid_input` for a foreign cursor, `rate_limited` beyond {@link MAX_LOGS}
   */
  subscribe(
    socket: AnySocket,
    key: string,
    ref: Ref,
    wanted: { tail: number; since: string | undefined; ages: boolean },
  ): { renewed: boolean; placed: Promise<void> };
  /** Ends the matching subscriptions of the socket and returns them. */
  unsubscribe(socket: AnySocket, matches: (ref: Ref) => boolean): Ref[];
  readonly size: number;
  close(): void;
}

/** Returns the name and payload of the Socket.IO event for a log event. */
function toWire<Ref extends object>(event: LogEvent, { ages: wantsAges, ...ref }: Viewer<Ref>): [string, object] {
  switch (event.kind) {
    case "logs": {
      const { data, time, ages, error, instance, approximate } = event.batch;
      const type = error ? "error" : undefined;
      const lines = { data, timestamp: time, ages: wantsAges ? ages : undefined, type, instance, approximate };
      return ["logs", { ...ref, ...lines, cursor: event.cursor }];
    }
    case "gap":
      return ["gap", { ...ref, ...event.gap }];
    case "state":
      return ["stream:state", { ...ref, ...event.state }];
    case "closed":
      return ["stream:closed", { ...ref, ...event.closed }];
    case "degraded":
      return ["error", { ...ref, message: event.message, code: event.code }];
  }
}

/** Creates the log subscriptions of one namespace: one topic per log, and the followed logs of each socket. */
export function createLogSubscriptions<Ref extends object>(
  options: LogSubscriptionsOptions<Ref>,
): LogSubscriptions<Ref> {
  const { namespace, log } = options;
  const bySocket = new Map<AnySocket, Map<string, Subscription<Ref>>>();

  const topics = createSharedSources<Topic<Ref>>((key) => {
    const groups = new RoomGroups<Viewer<Ref>>(`log\0${key}`);
    const broadcast = (event: LogEvent) =>
      groups.forEach((room, viewer) => {
        namespace.to(room).emit(...toWire<Ref>(event, viewer));
      });
    const logs = new LogTopic(options.openSource(key), { broadcast }, log);
    const topic: Topic<Ref> = { key, logs, groups, close: () => logs.close() };
    // Deferred, so that its subscribers learn of the error first.
    logs.ready.catch(() => setImmediate(() => topics.drop(key, topic)));
    return topic;
  }, options.lingerMs);

  const end = (socket: AnySocket, subscription: Subscription<Ref>) => {
    const { topic, name, key, subscriber } = subscription;
    topic.logs.unsubscribe(subscriber);
    const own = bySocket.get(socket);
    own?.delete(name);
    if (own?.size === 0) bySocket.delete(socket);
    topics.release(key, topic);
  };

  const portOf = (
    socket: AnySocket,
    topic: Topic<Ref>,
    ref: Ref,
    ages: boolean,
    subscription: { isCurrent: () => boolean; failed: () => void },
  ) => {
    const viewer: Viewer<Ref> = { ...ref, ages };
    const room = topic.groups.roomOf(viewer);
    return {
      send: (event: LogEvent) => void socket.emit(...toWire<Ref>(event, viewer)),
      fail(error: AppError) {
        const report = () => {
          if (!subscription.isCurrent()) return;
          const { error: message, code } = toFailure(error);
          // It existed when the caller subscribed and has been removed since: not a fault of the request.
          if (code === "not_found" || code === "conflict") {
            socket.emit(...toWire<Ref>({ kind: "closed", closed: { code: "removed" } }, viewer));
          } else socket.emit("error", { ...ref, message, code });
          if (code !== "upstream_unavailable") subscription.failed();
        };
        setImmediate(report); // the acknowledgement comes first
      },
      isSlow: () => isSlow(socket),
      drained: () => drained(socket),
      joinLive() {
        topic.groups.add(viewer);
        void socket.join(room);
      },
      leaveLive() {
        topic.groups.remove(viewer);
        void socket.leave(room);
      },
    };
  };

  return {
    subscribe(socket, key, ref, { tail, since, ages }) {
      const own = bySocket.get(socket) ?? new Map<string, Subscription<Ref>>();
      const topic = topics.acquire(key);
      const name = [key, ...Object.values(ref)].join("\0");
      try {
        const position = since === undefined ? undefined : topic.logs.source.parseCursor(since);
        if (since !== undefined && !position) throw new AppError("invalid_input", "The cursor is not one of this log.");
        const earlier = own.get(name);
        if (!earlier && own.size >= MAX_LOGS)
          throw new AppError("rate_limited", `One connection follows at most ${MAX_LOGS} logs.`);
        if (earlier) end(socket, earlier);
        const port = portOf(socket, topic, ref, ages, {
          isCurrent: () => bySocket.get(socket)?.get(name) === subscription,
          failed() {
            end(socket, subscription);
            options.onFailed(socket, ref);
          },
        });
        const subscriber = topic.logs.subscribe(port, position ? { since: position } : { tail });
        const subscription: Subscription<Ref> = { name, key, ref, topic, subscriber };
        own.set(name, subscription);
        bySocket.set(socket, own);
        return { renewed: earlier !== undefined, placed: within(subscriber.placed, PLACE_MS) };
      } catch (error) {
        topics.release(key, topic);
        throw error;
      }
    },
    unsubscribe(socket, matches) {
      const ended: Ref[] = [];
      for (const subscription of [...(bySocket.get(socket)?.values() ?? [])]) {
        if (!matches(subscription.ref)) continue;
        end(socket, subscription);
        ended.push(subscription.ref);
      }
      return ended;
    },
    get size() {
      return topics.size;
    },
    close() {
      topics.close();
      bySocket.clear();
    },
  };
}
