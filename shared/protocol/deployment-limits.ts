// Separate from the schemas: the page imports it without the schema library.

/** Most instances that an app is scaled to: each is a process of its own. */
export const MAX_INSTANCES = 64;

/** Signals that can be sent to processes of PM2: to reload, end, pause or continue them. */
export const processSignals = [
  ...(["SIGHUP", "SIGUSR1", "SIGUSR2", "SIGWINCH"] as const),
  ...(["SIGINT", "SIGTERM", "SIGQUIT", "SIGKILL", "SIGSTOP", "SIGCONT"] as const),
] as const;
export type ProcessSignal = (typeof processSignals)[number];

const MEBIBYTE = 1024 * 1024;

/** Sizes at which a log can be rotated, in bytes, and the number of rotated files that can stay. */
export const rotationLimits = { minBytes: 10 * MEBIBYTE, maxBytes: 1024 * MEBIBYTE, maxKept: 50 } as const;
