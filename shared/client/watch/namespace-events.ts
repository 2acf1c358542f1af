import type { NamespaceName } from "../../protocol/namespace-names.ts";
import type { Connection } from "./connection.ts";
import { notify, type Stop } from "./listeners.ts";
import type { WatchError } from "./watch-error.ts";

export interface EventHandlers {
  /** The subscription or the connection is refused; the client tries again by itself where that can help. */
  onError?: (error: WatchError) => void;
  /** The subscription holds, at first and after each reconnect: what was sent in between is lost. */
  onJoined?: () => void;
}

/** What every namespace offers besides its subscriptions. */
export interface NamespaceWatch<Events> {
  /** Adds a listener for an event of the namespace. It starts no subscription: events of a room need one. */
  on<Event extends keyof Events & string>(event: Event, listener: Events[Event]): Stop;
  /** Adds a listener for an event that a backend sends with the emit functions. */
  on<Data = unknown, Event extends string = string>(
    event: Event extends keyof Events ? never : Event,
    listener: (data: Data) => void,
  ): Stop;
  /** Adds a listener for every (re)connect of the namespace: ask again for what may have been missed meanwhile. */
  onConnect(listener: () => void): Stop;
}

/** Events of a namespace without a subscription. */
export function watchNamespace<Events>(connection: Connection, namespace: NamespaceName): NamespaceWatch<Events> {
  // What arrives is typed by the public signatures: a socket is the same for all five namespaces.
  const on = (event: string, listener: (...args: never[]) => void): Stop => {
    const { socket, release } = connection.use(namespace);
    // Empty once the listener is removed: Socket.IO calls it for the event that removes it.
    const listeners = new Set([listener]);
    const handler = (...args: unknown[]) => notify(listeners, (call) => call(...(args as never[])));
    socket.on(event, handler);
    return () => {
      listeners.clear();
      socket.off(event, handler);
      release();
    };
  };
  return { on: on as NamespaceWatch<Events>["on"], onConnect: (listener) => on("connect", listener) };
}

/** One key of several ids. */
export const keyOf = (...ids: string[]): string => JSON.stringify(ids);
