import { z } from "zod";
import { ages, cursor, deploymentId, processName, tail } from "../identifier.ts";
import type { Acknowledgement, ErrorCode } from "../result.ts";
import type { AliveClientToServer } from "./alive.ts";
import type { Gap, StreamClosed, StreamState } from "./services.ts";

export const deploymentLogsSubscription = z.strictObject({
  deploymentId,
  pm2Name: processName,
  tail,
  since: cursor.optional(),
  ages,
});
export const deploymentUnsubscription = z.strictObject({ deploymentId: deploymentId.optional(), pm2Name: processName });

export interface DeploymentRef {
  deploymentId: string;
  pm2Name: string;
}

/** Whole lines of one stream of one instance, each ended by `\n`. */
export interface DeploymentLogs extends DeploymentRef {
  data: string;
  /** ISO 8601, of the last line in `data`: the time it names, or with `approximate` when it was read at the latest. */
  timestamp: string;
  /** The lines name no time: PM2 notes none unless it is configured to. */
  approximate?: true;
  type?: "error";
  /** PM2 number of the process that wrote the lines, when its instances have separate files. */
  instance?: number;
  cursor: string;
}

export interface DeploymentsClientToServer extends AliveClientToServer {
  "subscribe:logs": (subscription: z.input<typeof deploymentLogsSubscription>, ack?: Acknowledgement) => void;
  "unsubscribe:logs": (subscription: z.input<typeof deploymentUnsubscription>, ack?: Acknowledgement) => void;
}

export interface DeploymentsServerToClient {
  connected: (ref: DeploymentRef) => void;
  logs: (logs: DeploymentLogs) => void;
  gap: (gap: DeploymentRef & Gap) => void;
  error: (error: { deploymentId?: string; pm2Name?: string; message: string; code: ErrorCode }) => void;
  "stream:closed": (closed: DeploymentRef & StreamClosed) => void;
  "stream:state": (state: DeploymentRef & StreamState) => void;
  /** An action on this process started or ended: fetch the list from the API. */
  "activity:changed": (change: { deploymentId?: string; pm2Name?: string; timestamp: string }) => void;
  /** An alert of this process started, changed or ended: fetch it from the API. */
  "alerts:changed": (change: { deploymentId?: string; pm2Name?: string; timestamp: string }) => void;
  /** A process was started, stopped, restarted, deleted…, or the daemon with the key `daemon` came or went: fetch the list from the API. */
  "deployments:changed": (change: {
    deploymentId?: string;
    pm2Name?: string;
    daemon?: string;
    action: string;
    timestamp: string;
  }) => void;
}
