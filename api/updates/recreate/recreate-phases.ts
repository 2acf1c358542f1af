/** What is being done: the steps in their order; `restore` only after a failure. */
export const recreatePhases = ["create", "stop", "start", "check", "clean", "restore"] as const;

export type RecreatePhase = (typeof recreatePhases)[number];

/** For the steps of a job. */
export const phaseLabels: Record<RecreatePhase, string> = {
  create: "Create the new container",
  stop: "Stop the old container",
  start: "Start the new container",
  check: "Check that it runs",
  clean: "Remove the old container",
  restore: "Restore the old container",
};
