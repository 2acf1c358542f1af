import type { DockerHost } from "../shared/docker/docker-host.ts";
import type { FileRoot } from "../shared/files/root/files.ts";
import type { WatchFolder } from "../shared/files/watching/watcher.ts";
import type { HostMetrics } from "../shared/metrics/metrics.ts";
import type { ProcessHost } from "../shared/pm2/processes.ts";
import type { HandshakeRequest, Principal } from "../shared/protocol/access.ts";
import type { ShellReport } from "../shared/protocol/shell.ts";
import type { Log } from "../shared/server/log.ts";
import type { OriginPolicy } from "../shared/server/origin-policy.ts";
import type { BusHandlers, ClusterBus } from "./cluster/bus.ts";

/** Checks who shakes hands, and which sessions are still valid; the real one asks the API. */
export interface Authenticator {
  /** Throws `AppError`: `unauthorized`, or `upstream_unavailable` when nobody can be asked. */
  authenticate(request: HandshakeRequest): Promise<Principal>;
  /** Something was revoked: a response under way may be outdated, and later callers do not share it. */
  outdate?(): void;
  /** Whether somebody may follow a job, by the same rule as over REST. Throws `upstream_unavailable` when nobody can be asked. */
  seesJob(principal: Pick<Principal, "kind" | "id" | "sessionId">, jobId: string): Promise<boolean>;
  /** Those of the sessions that are still valid. */
  stillValid(sessionIds: string[]): Promise<Set<string>>;
}

/** Most sockets at once: in all, of one session or key, from one address (loopback, where a proxy sits, is exempt). */
export interface SocketCaps {
  total: number;
  perSession: number;
  perAddress: number;
}

/** What the realtime server needs from outside; `main.ts` brings the real ones, a test its own. */
export interface RealtimeDeps {
  docker: DockerHost;
  processes: ProcessHost;
  metrics: HostMetrics;
  files: FileRoot;
  watchFolder: WatchFolder;
  authenticator: Authenticator;
  originPolicy: OriginPolicy;
  trustedProxies: readonly string[];
  caps: SocketCaps;
  emitToken: string;
  /** Joins this server to others; absent when it is the only one. */
  openBus?: (handlers: BusHandlers) => ClusterBus;
  /** Takes the end of each shell down for the audit trail. */
  reportShell?: (report: ShellReport) => void;
  /** Time a shell continues with nobody attached, in milliseconds. */
  shellIdleMs?: number;
  /** Time between two pings, and time a peer has to answer one, in milliseconds; Engine.IO's own 25,000 and 20,000. */
  heartbeat?: { intervalMs: number; timeoutMs: number };
  /** Time an upstream stays open after its last viewer, in milliseconds. */
  lingerMs?: number;
  log: Log;
}
