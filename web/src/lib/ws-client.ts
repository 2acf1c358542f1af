import { createRoot, createSignal } from "solid-js";
import {
  createDeploymentsClient,
  createFilesClient,
  createMcpClient,
  createServicesClient,
  createSystemClient,
} from "./live/clients.ts";
import { createConnection } from "./live/connection.ts";
import { wsUrl } from "./urls.ts";

export type { EventHandlers, LogOptions } from "./live/clients.ts";
export type { ConnectionState, TransportName } from "./live/connection.ts";
export type { LogHandlers } from "./live/log-topic.ts";
export type { TopicError } from "./live/topics.ts";

let onRefused: () => void = () => {};

/** Called when the realtime server turns the page away: the session may be over. */
export function whenRefused(listener: () => void): void {
  onRefused = listener;
}

const connection = createConnection({ url: wsUrl(), onRefused: () => onRefused() });

/** Live streams. Every subscription returns its clean-up; a reconnect continues after the last line by itself. */
export const servicesWS = createServicesClient(connection);
export const deploymentsWS = createDeploymentsClient(connection);
export const systemWS = createSystemClient(connection);
export const mcpWS = createMcpClient(connection);
export const filesWS = createFilesClient(connection);

/** State and transport of the live connection, as signals. */
export const [connectionState, connectionTransport] = createRoot(() => {
  const [state, setState] = createSignal(connection.state());
  const [transport, setTransport] = createSignal(connection.transport());
  connection.watch(setState);
  connection.watchTransport(setTransport);
  return [state, transport] as const;
});

export const reconnectNow = (): void => connection.retryNow();
export const disconnect = (): void => connection.close();
