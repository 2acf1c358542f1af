import { createContext, useContext } from "solid-js";
import type { StartGate } from "./start-gate.ts";

/** The live streams of the page: the clients of the five namespaces, and the state of their connection. */
export type Live = Pick<
  typeof import("./ws-client.ts"),
  | "servicesWS"
  | "deploymentsWS"
  | "systemWS"
  | "mcpWS"
  | "filesWS"
  | "connectionState"
  | "connectionTransport"
  | "reconnectNow"
  | "disconnect"
  | "whenRefused"
> & { gate: StartGate };

const LiveContext = createContext<Live>();

export const LiveProvider = LiveContext.Provider;

/** The live streams of the signed-in app. Called while a component is set up. @throws Error outside of the app. */
export function useLive(): Live {
  const live = useContext(LiveContext);
  if (!live) throw new Error("useLive needs a LiveProvider");
  return live;
}
