import type { ResourceListMessages } from "../../resource/messages.ts";

/** Texts of the list of volumes. */
export const listMessages: ResourceListMessages = {
  title: "Volumes",
  filter: "Filter volumes",
  nothingMatches: (filter) => `No volume has “${filter}” in its name, project or containers.`,
  gone: "No such volume",
  showAll: "Show all volumes",
  empty: "No volumes yet",
  emptyHint: "A volume keeps data after its container is removed.",
};

export const volumeMessages = {
  anonymous: "anonymous",
  create: "Create volume",
  createTitle: "Create a volume",
  nameHint: "Letters, digits and _ . -; starts with a letter or digit.",
  nameInvalid: "Not a valid volume name.",
  remove: "Remove volume",
  removeInUse: "In use: remove its containers first",
  removeTitle: (volume: string) => `Remove ${volume}?`,
  removeBody: "Everything in this volume is deleted. This cannot be undone.",
  removed: (volume: string) => `${volume} has been removed`,
  noContainers: "No containers use it.",
  noMounts: "Not mounted",
  noLabels: "No labels",
} as const;

/** Headings, field labels and buttons. */
export const volumeLabels = {
  name: "Name",
  volume: "Volume",
  copyTheName: "Copy the name",
  usedBy: "Used by",
  mountedAt: "Mounted at",
  labels: "Labels",
  driverOptions: "Driver options",
  size: "Size",
} as const;

/** Lines of the command palette. */
export const commandMessages = { group: "Volume", remove: "Remove" } as const;
