import type { Socket } from "socket.io";

/** Events that nobody listens to, after which a connection is cut: an honest client sends none. */
const UNKNOWN_MAX = 20;
/** Socket.IO listens to these itself. */
const ownListeners = new Set(["error", "disconnect", "disconnecting"]);

/** Counts what clients send that no handler takes, the names of the server's own events among it. */
export interface UnknownEvents {
  watch(socket: Pick<Socket, "conn" | "onAny" | "listenerCount">): void;
  /** Since the start. */
  readonly count: number;
}

/** Cuts a connection that continues sending them, all its namespaces together. */
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
        if (count > UNKNOWN_MAX) socket.conn.close(true);
      });
    },
    get count() {
      return total;
    },
  };
}
