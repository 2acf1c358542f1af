/** Apart from the schemas, so that the page can offer them without loading the schema library. */

/** Signals a container may be sent: to end it, to reload it, to stop and continue it. */
export const containerSignals = [
  ...(["SIGTERM", "SIGKILL", "SIGINT", "SIGQUIT", "SIGHUP"] as const),
  ...(["SIGUSR1", "SIGUSR2", "SIGWINCH", "SIGSTOP", "SIGCONT"] as const),
] as const;
export type ContainerSignal = (typeof containerSignals)[number];

export const restartPolicies = ["no", "on-failure", "always", "unless-stopped"] as const;
export type RestartPolicyName = (typeof restartPolicies)[number];
