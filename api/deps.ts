import type { DockerHost } from "../shared/host/docker.ts";
import type { FileRoot } from "../shared/host/files.ts";
import type { HostMetrics } from "../shared/host/metrics.ts";
import type { ProcessHost } from "../shared/host/processes.ts";
import type { Log } from "../shared/server/log.ts";
import type { OriginPolicy } from "../shared/server/origin-policy.ts";
import type { WsClient } from "./lib/ws-client.ts";

/** What the API needs from outside; `main.ts` brings the real ones, a test its own. */
export interface ApiDeps {
  docker: DockerHost;
  processes: ProcessHost;
  metrics: HostMetrics;
  files: FileRoot;
  realtime: WsClient;
  originPolicy: OriginPolicy;
  log: Log;
  production: boolean;
}
