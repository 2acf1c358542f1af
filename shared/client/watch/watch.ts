import { type Connection, createConnection } from "./connection.ts";
import { createDeploymentsWatch, type DeploymentsWatch } from "./deployments.ts";
import { createFilesWatch, type FilesWatch } from "./files.ts";
import type { Stop } from "./listeners.ts";
import type { ConnectionOptions } from "./manager.ts";
import { createMcpWatch, type McpWatch } from "./mcp.ts";
import { createServicesWatch, type ServicesWatch } from "./services.ts";
import type { ConnectionState } from "./state.ts";
import { createSystemWatch, type SystemWatch } from "./system.ts";
import type { TransportName } from "./transport.ts";
import type { WatchError } from "./watch-error.ts";

export type WatchOptions = ConnectionOptions;

/** Live streams of one realtime server, all over one connection that opens with the first subscription. */
export interface Watch {
  servicesWS: ServicesWatch;
  deploymentsWS: DeploymentsWatch;
  systemWS: SystemWatch;
  mcpWS: McpWatch;
  filesWS: FilesWatch;
  state(): ConnectionState;
  /** Undefined while there is no connection. */
  transport(): TransportName | undefined;
  onState(listener: (state: ConnectionState) => void): Stop;
  onTransport(listener: (transport: TransportName | undefined) => void): Stop;
  /** Adds a listener for failed and refused connects: each error once for a namespace, until a connect succeeds. */
  onError(listener: (error: WatchError) => void): Stop;
  /** Tries to connect at once instead of after the wait. */
  retryNow(): void;
  /** Ends every subscription and listener of a namespace at once, so that a program can end; a later call connects again. */
  close(): void;
}

/**
 * Makes the clients of a realtime server. It connects with the first subscription, reconnects by itself, and resumes each log
 * after its last line.
 * @param options or a function that returns them: it is called once, on the first use
 */
export const createWatch = (options: WatchOptions | (() => WatchOptions)): Watch =>
  watchOver(createConnection(options));

/** The clients of a connection. */
export function watchOver(connection: Connection): Watch {
  return {
    servicesWS: createServicesWatch(connection),
    deploymentsWS: createDeploymentsWatch(connection),
    systemWS: createSystemWatch(connection),
    mcpWS: createMcpWatch(connection),
    filesWS: createFilesWatch(connection),
    state: connection.state,
    transport: connection.transport,
    onState: connection.onState,
    onTransport: connection.onTransport,
    onError: connection.onError,
    retryNow: connection.retryNow,
    close: connection.close,
  };
}
