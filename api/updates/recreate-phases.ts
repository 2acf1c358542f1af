/** What is being done: the steps in their order; `restore` only after a failure. */
export const recreatePhases = ["create", "stop", "start", "check", "clean", "restore"] as const;

export type RecreatePhase = (typeof recreatePhases)[number];
