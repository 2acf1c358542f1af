import type { Duplex } from "node:stream";

/**
 * Answers an upgrade that is refused, and gives its connection up. Node leaves such a connection to us with neither
 * listener nor time limit: a reset by the peer would end the process, and a peer that never closes would keep it open.
 */
export function endUpgrade(socket: Duplex, answer: string): void {
  const giveUp = () => socket.destroy();
  socket.on("error", giveUp);
  socket.end(answer, giveUp);
}
