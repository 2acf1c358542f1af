import type { Duplex } from "node:stream";

/**
 * Responds to a refused upgrade and closes the connection. Node passes such a connection on without listener or time limit:
 * a reset by the peer would end the process, and a peer that never closes would keep it open.
 */
export function endUpgrade(socket: Duplex, answer: string): void {
  const giveUp = () => socket.destroy();
  socket.on("error", giveUp);
  socket.end(answer, giveUp);
}
