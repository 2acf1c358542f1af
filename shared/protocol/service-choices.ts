// Separate from the schemas: the page imports it without the schema library.

/** Most containers that one request names. */
export const NAMED_SERVICES_MAX = 20;

/** Signals that can be sent to a container: to end, reload, stop or continue it. */
export const containerSignals = [
  ...(["SIGTERM", "SIGKILL", "SIGINT", "SIGQUIT", "SIGHUP"] as const),
  ...(["SIGUSR1", "SIGUSR2", "SIGWINCH", "SIGSTOP", "SIGCONT"] as const),
] as const;
export type ContainerSignal = (typeof containerSignals)[number];

export const restartPolicies = ["no", "on-failure", "always", "unless-stopped"] as const;
export type RestartPolicyName = (typeof restartPolicies)[number];
