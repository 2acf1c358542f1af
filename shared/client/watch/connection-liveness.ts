import type { Manager, Socket } from "socket.io-client";
import { createLiveness, type Liveness, type LivenessTimes } from "./liveness.ts";

interface LivenessWatchOptions {
  manager: Manager;
  sockets: () => readonly Socket[];
  times: LivenessTimes;
  onChange: () => void;
}

/** Pages only: programs have no document, and are watched always. */
interface PageGlobals {
  document?: {
    visibilityState: string;
    addEventListener(event: "visibilitychange", listener: () => void): void;
  };
}

/** Watches whether the server of a connection answers, for as long as the connection is open. It lives as long as the manager. */
export function watchLiveness({ manager, sockets, times, onChange }: LivenessWatchOptions): Liveness {
  const { document } = globalThis as PageGlobals;
  const liveness = createLiveness({
    ...times,
    isWatched: () => document?.visibilityState !== "hidden",
    ask() {
      const socket = sockets().find(({ connected }) => connected);
      // The answer counts as any packet does; the time limit drops its listener with a dead connection.
      socket?.timeout(times.answerMs).emit("alive", {}, () => {});
      return socket !== undefined;
    },
    onChange,
  });
  manager.on("open", () => {
    manager.engine.on("packet", liveness.heard);
    liveness.start();
  });
  manager.on("close", liveness.stop);
  document?.addEventListener("visibilitychange", () => document.visibilityState !== "hidden" && liveness.check());
  return liveness;
}
