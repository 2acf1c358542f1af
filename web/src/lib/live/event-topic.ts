import type { Socket } from "socket.io-client";
import type { Call, Topic, TopicError } from "./topics.ts";
import { notify } from "./topics.ts";

export interface EventListener<Event> {
  onEvent: (event: Event) => void;
  onError?: ((error: TopicError) => void) | undefined;
  /** The subscription holds, at first and after each reconnect: what happened before was not seen. */
  onJoined?: (() => void) | undefined;
}

export interface EventTopicOptions<Event> {
  join: () => Call;
  leave: Call;
  event: string;
  isOurs?: (event: Event) => boolean;
  /** Replays the newest event to later subscribers: for samples, not for changes. */
  keepLast?: boolean;
  /** Told whenever a subscription begins to hold: what happened before is unknown. */
  joined?: () => Event;
}

/** A subscription whose events are independent of each other: samples, changes. */
export function createEventTopic<Event>(options: EventTopicOptions<Event>): Topic<EventListener<Event>> {
  let last: Event | undefined;
  return {
    join: options.join,
    leave: () => options.leave,
    attach(socket: Socket, listeners) {
      const onEvent = (event: Event) => {
        if (options.isOurs && !options.isOurs(event)) return;
        if (options.keepLast) last = event;
        notify(listeners, (listener) => listener.onEvent(event));
      };
      socket.on(options.event, onEvent);
      return () => socket.off(options.event, onEvent);
    },
    joined(listeners) {
      notify(listeners, (listener) => listener.onJoined?.());
      const event = options.joined?.();
      if (event !== undefined) notify(listeners, (listener) => listener.onEvent(event));
    },
    failed: (error, listeners) => notify(listeners, (listener) => listener.onError?.(error)),
    replay(listener) {
      if (last !== undefined) listener.onEvent(last);
    },
  };
}
