export type ProcessStatus =
  | "online"
  | "stopping"
  | "stopped"
  | "launching"
  | "errored"
  | "one-launch-status"
  | "waiting restart";

/** One process PM2 runs; several may share a name. Its environment is never sent. */
export interface DeploymentInstance {
  /** PM2's own number of the process. */
  pmId: number;
  pid: number | null;
  status: ProcessStatus;
  cpuPercent: number;
  memoryBytes: number;
  restarts: number;
  /** ISO 8601 of the last start, or null when it is not running. */
  startedAt: string | null;
}

/** All processes of one PM2 name in one namespace. */
export interface Deployment {
  /** The PM2 name in the `default` namespace, `namespace/name` elsewhere, its parts percent-encoded. */
  id: string;
  name: string;
  status: ProcessStatus;
  mode: "fork" | "cluster";
  instances: DeploymentInstance[];
  /** Last parts of the script and working folder, for display. */
  script: string;
  namespace: string;
  version: string | null;
  watching: boolean;
  /** True for the processes of this panel itself. */
  own: boolean;
}

export const deploymentActions = ["start", "stop", "restart", "reload"] as const;
export type DeploymentAction = (typeof deploymentActions)[number];
