import { notify } from "./listeners.ts";
import type { Call, Topic } from "./topics.ts";
import type { WatchError } from "./watch-error.ts";

export interface EventListener<Event> {
  onEvent: (event: Event) => void;
  onError?: (error: WatchError) => void;
  /** The subscription holds, at first and after each reconnect: earlier events were not seen. */
  onJoined?: () => void;
}

export interface EventTopicOptions<Event> {
  join: () => Call;
  leave: Call;
  event: string;
  isOurs?: (event: Event) => boolean;
  /** Replays the newest event to later listeners: for samples, not for changes. */
  keepLast?: boolean;
  /** Makes the event that listeners get whenever the subscription starts to hold. */
  joined?: () => Event;
}

/** A subscription whose events are independent of each other: samples, changes. */
export function createEventTopic<Event>(options: EventTopicOptions<Event>): Topic<EventListener<Event>> {
  let last: Event | undefined;
  return {
    join: options.join,
    leave: () => options.leave,
    attach(socket, listeners) {
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
    failed: (error, listener) => listener.onError?.(error),
    replay(listener, holds) {
      if (holds) listener.onJoined?.();
      if (last !== undefined) listener.onEvent(last);
    },
  };
}
