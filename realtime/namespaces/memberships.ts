import type { AnySocket } from "./namespace.ts";

/** Counts the subscriptions of one socket to its rooms, so that the end of one does not remove the socket from a room that another needs. */
export interface Memberships {
  join(room: string): void;
  leave(room: string): void;
  /** Removes the socket from the room, whatever its subscriptions. */
  drop(room: string): void;
}

export function createMemberships(socket: Pick<AnySocket, "join" | "leave">): Memberships {
  const counts = new Map<string, number>();
  return {
    join(room) {
      const count = counts.get(room) ?? 0;
      counts.set(room, count + 1);
      if (count === 0) void socket.join(room);
    },
    leave(room) {
      const count = counts.get(room) ?? 0;
      if (count > 1) {
        counts.set(room, count - 1);
        return;
      }
      counts.delete(room);
      if (count === 1) void socket.leave(room);
    },
    drop(room) {
      if (counts.delete(room)) void socket.leave(room);
    },
  };
}
