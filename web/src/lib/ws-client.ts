import { createRoot, createSignal } from "solid-js";
import { createConnection } from "../../../shared/client/watch/connection.ts";
import type { ServicesWatch } from "../../../shared/client/watch/services.ts";
import { watchOver } from "../../../shared/client/watch/watch.ts";
import { type AttachedShell, attachShell, type ShellHandlers } from "./shell-client.ts";
import { wsUrl } from "./urls.ts";

export type {
  ConnectionState,
  EventHandlers,
  LogHandlers,
  LogOptions,
  TransportName,
  WatchError,
} from "../../../shared/client/watch/index.ts";

/** Milliseconds a namespace stays connected after its last use: a change of page should not reconnect. */
const LINGER_MS = 15_000;

let onRefused: () => void = () => {};

/** Sets what is called when the realtime server refuses or ends the connection: the session may be over. */
export function whenRefused(listener: () => void): void {
  onRefused = listener;
}

/** A server that hangs is noticed after 10 seconds at most. A page that gets nothing asks every 7 seconds. */
const LIVENESS = { quietMs: 3_000, answerMs: 4_000 };

const connection = createConnection(() => ({
  url: wsUrl(),
  lingerMs: LINGER_MS,
  liveness: LIVENESS,
  onRefused: () => onRefused(),
}));
const watch = watchOver(connection);

export interface PageServicesWatch extends ServicesWatch {
  /** Attaches to a shell that the API created; the first viewer starts it. */
  attachShell(
    ref: { serviceId: string; containerName: string; shellId: string },
    size: { cols: number; rows: number },
    handlers: ShellHandlers,
  ): AttachedShell;
}

/** Live streams. Every subscription returns its clean-up; after a reconnect it continues behind the last line by itself. */
export const servicesWS: PageServicesWatch = {
  ...watch.servicesWS,
  attachShell: (ref, size, handlers) => attachShell(connection, ref, size, handlers),
};
export const { deploymentsWS, systemWS, mcpWS, filesWS } = watch;

/** State and transport of the live connection, as signals. */
export const [connectionState, connectionTransport] = createRoot(() => {
  const [state, setState] = createSignal(watch.state());
  const [transport, setTransport] = createSignal(watch.transport());
  watch.onState(setState);
  watch.onTransport(setTransport);
  return [state, transport] as const;
});

export const reconnectNow = (): void => watch.retryNow();
export const disconnect = (): void => watch.close();
