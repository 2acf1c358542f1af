import type { AnySocket } from "./namespace.ts";

/** Counts why one socket is in its rooms, so that ending one subscription does not take another out of the same room. */
export interface Memberships {
  join(room: string): void;
  leave(room: string): void;
  /** Takes the socket out, whatever it is in the room for. */
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
