/** Sentences of refusals about volumes. */
export const messages = {
  inUse: "The volume is in use by a container: remove the container first.",
  nameTaken: "A volume with this name already exists.",
  invalidName: "Not a valid volume name.",
} as const;
