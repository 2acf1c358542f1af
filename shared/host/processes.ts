import type { Deployment, DeploymentAction } from "../protocol/deployment.ts";

/** Where one PM2 process writes: PM2 names the files, and several processes may share them. */
export interface ProcessLogFiles {
  pmId: number;
  name: string;
  out: string | null;
  error: string | null;
  running: boolean;
}

export interface ProcessEvent {
  name: string;
  action: string;
}

/**
 * PM2's daemon, spoken to over its own sockets (`rpc.sock`, `pub.sock` in PM2_HOME) so that asking never starts one.
 * Each call ends within 3 s. Throws `AppError`: `not_found` (no process of exactly that name), `upstream_unavailable`.
 */
export interface ProcessHost {
  ping(): Promise<void>;
  list(): Promise<Deployment[]>;
  /** Log files of every process whose name equals `name`. */
  logFiles(name: string): Promise<ProcessLogFiles[]>;
  act(name: string, action: DeploymentAction): Promise<void>;
  remove(name: string): Promise<void>;
  /**
   * Follows the daemon's event bus until aborted: `onEvent` for each process event, `onState` when the daemon comes
   * or goes. Reconnects by itself, and never starts a daemon.
   */
  watch(handlers: { onEvent(event: ProcessEvent): void; onState(up: boolean): void }, signal: AbortSignal): void;
}
