import type { Duplex } from "node:stream";

/** Creates a function that writes what a socket is sent in this turn of the event loop at its end, in one system call. */
export function createTurnCork(): (socket: Duplex) => void {
  let corked: Duplex[] = [];
  const uncork = () => {
    const sockets = corked;
    corked = [];
    for (const socket of sockets) socket.uncork();
  };
  return (socket) => {
    socket.cork();
    if (corked.push(socket) === 1) setImmediate(uncork);
  };
}
