/** Sentences of refusals about images and registries. */
export const messages = {
  inUse: "The image is in use by a container or has several names: remove those first, or force the removal.",
  invalidReference: "Not a valid image reference.",
  noSuchName: "The image does not have this name.",
  tagByDigest: "A digest cannot be added as a name of an image.",
  noSuchRegistry: "There is no such registry.",
  tooManyRegistries: (max: number) => `At most ${max} registries can have a log-in.`,
  registrySilent: "The registry does not respond.",
  noDigest: "The registry sent no digest for this image.",
  loginRefused: "The registry does not accept this user name and password.",
  rateLimited: "The registry limits requests: wait, or log in to it.",
  diskFull: "The disk is full: free some space first.",
  notInRegistry: "The registry has no such image or tag.",
  wrongPlatform: "The image does not exist for the processor of this machine.",
  loginNeeded: "The registry has no such image, or requires a log-in: add one for this registry.",
  registryUnreachable: "The registry cannot be reached from this machine, or sent an unexpected response.",
} as const;
