/** The phases of a recreate, in order. `restore` follows a failure only. */
export const recreatePhases = ["create", "stop", "start", "check", "clean", "restore"] as const;

export type RecreatePhase = (typeof recreatePhases)[number];

/** Labels for the steps of a job. */
export const phaseLabels: Record<RecreatePhase, string> = {
  create: "Create the new container",
  stop: "Stop the old container",
  start: "Start the new container",
  check: "Check that it runs",
  clean: "Remove the old container",
  restore: "Restore the old container",
};
