import type { DockerHost } from "../shared/docker/docker-host.ts";
import type { FileRoot } from "../shared/files/root/files.ts";
import type { WatchFolder } from "../shared/files/watching/watcher.ts";
import type { HostMetrics } from "../shared/metrics/metrics.ts";
import type { Processes } from "../shared/pm2/daemons.ts";
import type { HandshakeRequest, Principal } from "../shared/protocol/access.ts";
import type { ShellReport } from "../shared/protocol/shell.ts";
import type { OriginPolicy } from "../shared/server/http/origin-policy.ts";
import type { Log } from "../shared/server/log.ts";
import type { BusHandlers, ClusterBus } from "./cluster/bus.ts";

/** Authenticates connections and checks which sessions are still valid. The real one asks the API. */
export interface Authenticator {
  /** @throws AppError `unauthorized`; `upstream_unavailable` if the API cannot be reached */
  authenticate(request: HandshakeRequest): Promise<Principal>;
  /** To be called after a revocation: pending and recent responses may be outdated, so later callers do not share them. */
  outdate?(): void;
  /** Whether a principal may follow a job, by the same rule as over REST. @throws AppError `upstream_unavailable` */
  seesJob(principal: Pick<Principal, "kind" | "id" | "sessionId">, jobId: string): Promise<boolean>;
  /** Returns the sessions that are still valid. */
  stillValid(sessionIds: string[]): Promise<Set<string>>;
}

/** Connection limits: in total, per session or key, per address (except loopback, where a proxy can be). */
export interface SocketCaps {
  total: number;
  perSession: number;
  perAddress: number;
}

/** Dependencies of the realtime server. `main.ts` passes the real ones, a test its own. */
export interface RealtimeDeps {
  docker: DockerHost;
  processes: Processes;
  metrics: HostMetrics;
  files: FileRoot;
  watchFolder: WatchFolder;
  authenticator: Authenticator;
  originPolicy: OriginPolicy;
  trustedProxies: readonly string[];
  caps: SocketCaps;
  emitToken: string;
  /** Connects this server to others; undefined if it is the only one. */
  openBus?: (handlers: BusHandlers) => ClusterBus;
  /** Reports the end of each shell for the audit trail. */
  reportShell?: (report: ShellReport) => void;
  /** How long a shell continues without a viewer, in milliseconds. */
  shellIdleMs?: number;
  /** Interval of pings and time limit for the pong, in milliseconds; default: 25,000 and 20,000, as in Engine.IO. */
  heartbeat?: { intervalMs: number; timeoutMs: number };
  /** Time limit for a connection to join its first namespace, in milliseconds; default: 5,000. */
  joinMs?: number;
  /** How long an upstream stays open after its last viewer, in milliseconds. */
  lingerMs?: number;
  log: Log;
}
