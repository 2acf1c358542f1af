/** Sentences of updates and recreations: errors, and lines of jobs. */
export const messages = {
  noSuchContainer: "There is no such container.",
  madeFromId: "This container was created from an image id: it has no tag that could lead to a newer image.",
  pinned: "This container pins its image by digest: there is no newer one.",
  endedAtStart: "The new container ended right after its start.",
  endedWithCode: (code: number) => `The new container ended right after its start, with code ${code}.`,
  unhealthy: "The new container runs, but is not healthy.",
  previousRunsAgain: (reason: string) => `${reason} The container runs its previous image again.`,
  noPrevious: "No previous image is known for this container.",
  previousGone: "The previous image is no longer on the host.",
  composeProject:
    "This container belongs to a Compose project: its file stays the source of truth, and the next `up` follows it.",
  registryPaused: "The registry limits requests: it is not asked again for a while.",
  imageMissing: "This image is not on the host: pull it first.",
  previousContainerGone: "It failed, and the previous container no longer exists either.",
  notRestored: (name: string) => `It failed, and the previous container, now ${name}, could not be restored.`,
  restoredLater:
    "It failed, and the Docker Engine does not respond: the previous container is restored as soon as it does.",
  autoRemove: "This container is removed as soon as it stops: it cannot be kept as a backup.",
  paused: "This container is paused: unpause it first.",
  beingRemoved: "This container is being removed.",
  swarm: "This container belongs to a swarm, which recreates it itself.",
  ownContainer: "The panel itself runs in this container, and would end before the work is done.",
} as const;
