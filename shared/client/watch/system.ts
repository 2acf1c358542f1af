import type { SystemServerToClient } from "../../protocol/events/system.ts";
import type { SystemStats } from "../../protocol/system.ts";
import type { Connection } from "./connection.ts";
import { createEventTopic, type EventListener } from "./event-topic.ts";
import type { Stop } from "./listeners.ts";
import { type EventHandlers, type NamespaceWatch, watchNamespace } from "./namespace-events.ts";
import { createTopics } from "./topics.ts";

/** The host: `/system`. */
export interface SystemWatch extends NamespaceWatch<SystemServerToClient> {
  /**
   * Samples of the host. Viewers share one subscription with the shortest interval.
   * @param interval milliseconds; the server clamps it to 1-60 s
   */
  subscribeStats(interval: number, onStats: (stats: SystemStats) => void, handlers?: EventHandlers): Stop;
}

const KEY = "host";

export function createSystemWatch(connection: Connection): SystemWatch {
  const stats = createTopics<EventListener<SystemStats>>(connection, "system");
  const { on, onConnect } = watchNamespace<SystemServerToClient>(connection, "system");
  const intervals = new Map<symbol, number>();
  const shortest = () => Math.min(...intervals.values());
  const change = (edit: () => void) => {
    const before = shortest();
    edit();
    if (intervals.size > 0 && shortest() !== before) stats.rejoin(KEY);
  };
  return {
    subscribeStats(interval, onStats, handlers) {
      const viewer = Symbol();
      change(() => intervals.set(viewer, interval));
      const stop = stats.listen(KEY, { onEvent: onStats, ...handlers }, () =>
        createEventTopic<SystemStats>({
          join: () => ({ event: "subscribe:stats", payload: { interval: shortest() } }),
          leave: { event: "unsubscribe:stats", payload: {} },
          event: "stats",
          keepLast: true,
        }),
      );
      return () => {
        stop();
        change(() => intervals.delete(viewer));
      };
    },
    on,
    onConnect,
  };
}
