import type { Socket } from "socket.io-client";
import { addTo, notify, type Stop } from "./listeners.ts";

/** `silent`: connected, but the server does not answer. */
export type ConnectionState = "idle" | "connecting" | "live" | "silent" | "reconnecting";

export interface StateTracker {
  current(): ConnectionState;
  onChange(listener: (state: ConnectionState) => void): Stop;
  /** Looks at the sockets again. */
  update(): void;
  /** Makes an outage of what was never connected a "reconnecting" too. */
  noteOutage(): void;
}

/** @param wasLive all sockets were connected before */
function stateOf(sockets: readonly Socket[], wasLive: boolean, isSilent: boolean): ConnectionState {
  if (sockets.length === 0) return "idle";
  if (isSilent) return "silent";
  if (sockets.every(({ connected }) => connected)) return "live";
  return wasLive && !sockets.some(({ connected }) => connected) ? "reconnecting" : "connecting";
}

/** Follows the state of a connection, given the sockets of its namespaces and whether the server has stopped to answer. */
export function trackState(sockets: () => readonly Socket[], isSilent: () => boolean): StateTracker {
  const listeners = new Set<(state: ConnectionState) => void>();
  let wasLive = false;
  let state: ConnectionState = "idle";
  return {
    current: () => state,
    onChange: (listener) => addTo(listeners, listener),
    update() {
      const next = stateOf(sockets(), wasLive, isSilent());
      if (next === "live") wasLive = true;
      if (next === "idle") wasLive = false;
      if (next === state) return;
      state = next;
      notify(listeners, (listener) => listener(next));
    },
    noteOutage() {
      wasLive = true;
    },
  };
}
