/** Whose logs a view shows; all where nothing is named. */
export interface LogTargets {
  /** Names of containers. */
  containers: readonly string[];
  /** Ids of deployments: PM2 processes. */
  processes: readonly string[];
}
