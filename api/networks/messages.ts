/** Sentences of refusals about networks. */
export const messages = {
  notAllowed: "The network is in use by a container, or does not allow this: disconnect its containers first.",
  inUse: "The network is in use by a container: disconnect or remove the container first.",
  builtIn: "This network belongs to the Docker Engine and cannot be removed.",
  noSuchNetwork: "There is no such network.",
  invalidRef: "Not a valid network name or id.",
} as const;
