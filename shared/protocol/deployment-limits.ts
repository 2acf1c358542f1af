// Separate from the schemas: the page imports it without the schema library.

/** Most instances that an app is scaled to: each is a process of its own. */
export const MAX_INSTANCES = 64;

/** Signals that can be sent to processes of PM2: to reload, end, pause or continue them. */
export const processSignals = [
  ...(["SIGHUP", "SIGUSR1", "SIGUSR2", "SIGWINCH"] as const),
  ...(["SIGINT", "SIGTERM", "SIGQUIT", "SIGKILL", "SIGSTOP", "SIGCONT"] as const),
] as const;
export type ProcessSignal = (typeof processSignals)[number];
