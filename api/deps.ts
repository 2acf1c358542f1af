import type { DatabaseSync } from "node:sqlite";
import type { RunJournal } from "../shared/docker/run-journal.ts";
import type { FileRoot } from "../shared/files/root/files.ts";
import type { HostMetrics } from "../shared/metrics/metrics.ts";
import type { Processes } from "../shared/pm2/daemons.ts";
import type { OriginPolicy } from "../shared/server/http/origin-policy.ts";
import type { Log } from "../shared/server/log.ts";
import type { Access } from "./access/access.ts";
import type { Activity } from "./activity/activity.ts";
import type { Alerts } from "./alerts/alerts.ts";
import type { Trail } from "./audit/trail.ts";
import type { Catalogue } from "./catalogue/catalogue.ts";
import type { OneTimeCredentials } from "./catalogue/install/one-time-credentials.ts";
import type { PanelRotations } from "./deployments/panel-rotation.ts";
import type { ProcessExits } from "./deployments/process-exits.ts";
import type { DockerEngine } from "./docker/docker-engine.ts";
import type { RealtimeClient } from "./events/realtime-client.ts";
import type { GettingStarted } from "./getting-started/getting-started.ts";
import type { Dependencies } from "./health/dependencies.ts";
import type { Registries } from "./images/registries.ts";
import type { Jobs } from "./jobs/jobs.ts";
import type { LogStore } from "./logs/log-store.ts";
import type { McpGateway } from "./mcp/gateway/gateway.ts";
import type { McpHost } from "./mcp/host/host.ts";
import type { ContainerFacts } from "./services/container-facts.ts";
import type { StopRequests } from "./services/stop-requests.ts";
import type { Settings } from "./settings/settings.ts";
import type { StackHost } from "./stacks/host.ts";
import type { StatsHistory } from "./stats-history/stats-history.ts";
import type { Versions } from "./system/versions.ts";
import type { UpdateChecks } from "./updates/checks.ts";
import type { Updates } from "./updates/update.ts";
import type { ProcessRestarts } from "./watch/process-restarts.ts";

/** What the API needs from outside; `main.ts` brings the real ones, a test its own. */
export interface ApiDeps {
  access: Access;
  /** The audit trail. */
  trail: Trail;
  database: DatabaseSync;
  docker: DockerEngine;
  containerFacts: ContainerFacts;
  /** Ends and starts of containers that the Engine still remembers. */
  containerRuns: Pick<RunJournal, "of">;
  /** Which ends of containers somebody asked for. */
  stopRequests: StopRequests;
  processes: Processes;
  processRestarts: ProcessRestarts;
  processExits: ProcessExits;
  panelRotation: PanelRotations;
  metrics: HostMetrics;
  files: FileRoot;
  mcp: McpHost;
  mcpGateway: McpGateway;
  jobs: Jobs;
  /** Longest wait for an action that usually takes a moment. Then the response is a job. */
  respondWithinMs: number;
  /** The record of actions. */
  activity: Activity;
  alerts: Alerts;
  settings: Settings;
  logStore: LogStore;
  /** Log-ins at private registries, used to pull images. */
  registries: Registries;
  stackHost: StackHost;
  updateChecks: UpdateChecks;
  updates: Updates;
  catalogue: Catalogue;
  oneTimeCredentials: OneTimeCredentials;
  realtime: RealtimeClient;
  dependencies: Dependencies;
  stats: StatsHistory;
  gettingStarted: GettingStarted;
  versions: Versions;
  /** What marks the shells of this installation. */
  shellOwner: string;
  originPolicy: OriginPolicy;
  log: Log;
  production: boolean;
}
