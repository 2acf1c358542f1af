import type { Socket } from "socket.io";

/** Unknown events after which a connection is closed; an honest client sends none. */
const MAX_UNKNOWN = 20;
/** Events that Socket.IO handles itself. */
const ownListeners = new Set(["error", "disconnect", "disconnecting"]);

/** Counts client events without a handler, including names of server events. */
export interface UnknownEvents {
  watch(socket: Pick<Socket, "conn" | "onAny" | "listenerCount">): void;
  /** Number since the start of the server. */
  readonly count: number;
}

/** Closes a connection that sends too many of them, counted over all its namespaces. */
export function createUnknownEvents(): UnknownEvents {
  const byConnection = new WeakMap<object, number>();
  let total = 0;
  return {
    watch(socket) {
      socket.onAny((event: string) => {
        if (socket.listenerCount(event) > 0 && !ownListeners.has(event)) return;
        total++;
        const count = (byConnection.get(socket.conn) ?? 0) + 1;
        byConnection.set(socket.conn, count);
        if (count > MAX_UNKNOWN) socket.conn.close(true);
      });
    },
    get count() {
      return total;
    },
  };
}
