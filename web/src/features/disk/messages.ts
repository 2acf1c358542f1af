import type { PruneKind } from "../../../../shared/protocol/disk.ts";

export const diskMessages = {
  title: "Disk",
  measured: (size: string, ago: string) => `${size}, measured ${ago}`,
  measuring: "Docker is measuring",
  measureAgain: "Measure again",
  cleanUp: "Clean up",
  unused: (size: string) => `${size} unused`,
  nothingUnused: "nothing unused",
  largestVolumes: "Largest volumes",
} as const;

export const pruneMessages = {
  nothingSelected: "Select something to remove",
  remove: (count: number, size: string) => `Remove ${count === 1 ? "1 item" : `${count} items`}, ${size}`,
  cancel: "Cancel",
  background: "Run in background",
  close: "Close",
  checkAgain: "Check again",
  nothingToDo: "Nothing to clean up",
  nothingToDoHint: "Docker uses everything it has on the disk.",
  losesData: "The data in the selected volumes is deleted, and no copy of it is kept.",
  removed: (count: number) => `${count === 1 ? "1 item" : `${count} items`} removed, `,
  reclaimed: "reclaimed.",
  left: "Left, because they changed in the meantime:",
  more: (count: number) => `And ${count} more.`,
} as const;

export const kindLabels: Record<PruneKind, { title: string; hint: string }> = {
  containers: { title: "Stopped containers", hint: "With everything written inside them." },
  danglingImages: { title: "Untagged images", hint: "A newer image has their tag, and no container uses them." },
  unusedImages: {
    title: "Unused images",
    hint: "No container uses them. They can be pulled again while a registry has them.",
  },
  networks: { title: "Unused networks", hint: "Frees addresses, not space." },
  anonymousVolumes: { title: "Unused anonymous volumes", hint: "Their data is lost for good." },
  namedVolumes: { title: "Unused named volumes", hint: "Their data is lost for good: check twice." },
  buildCache: { title: "Build cache", hint: "The next builds take longer." },
};

/** Headings, field labels and buttons. */
export const diskLabels = {
  images: "Images",
  containers: "Containers",
  volumes: "Volumes",
  buildCache: "Build cache",
} as const;
