import type { UpdateState } from "../../../../shared/protocol/update.ts";

export const stateLabels: Record<UpdateState, string> = {
  current: "Up to date",
  newer: "A newer image is available",
  unknown: "Not checked yet",
  local: "Local image",
  pinned: "Pinned by digest",
};

export const updateMessages = {
  newerAvailable: "Newer available",
  newerAvailableHint: "The registry has a newer image",
  update: "Update",
  updateTitle: (service: string) => `Update ${service}?`,
  updateBody: "Pulls the newest image and recreates the container with it.",
  goBack: "Roll back",
  goBackTitle: (service: string) => `Roll back ${service}?`,
  goBackBody: (until: string) => `Recreates the container from the image it ran until ${until}.`,
  check: "Check now",
  downtime:
    "The container is unavailable for a moment. If the new container does not run or does not become healthy, the old one is restored.",
  compose: (project: string) =>
    `It belongs to the Compose project ${project}: the project's file stays the source of truth, and the next “up” follows it.`,
  byId: "an image id",
} as const;

/** Headings, field labels and buttons. */
export const updateLabels = {
  image: "Image",
} as const;
