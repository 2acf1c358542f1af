import type { PruneGroup, PruneItem, PruneKind, PrunePreview } from "../../../../shared/protocol/disk.ts";

export const kindWords: Record<PruneKind, { title: string; hint: string }> = {
  containers: { title: "Stopped containers", hint: "With everything written inside them." },
  danglingImages: { title: "Images without a name", hint: "A newer image took it; nothing is made of them." },
  unusedImages: {
    title: "Images no container is made of",
    hint: "They can be pulled again while a registry has them.",
  },
  networks: { title: "Networks without a container", hint: "They take no room, but addresses." },
  anonymousVolumes: { title: "Volumes without a name", hint: "What is in them is lost for good." },
  namedVolumes: { title: "Volumes no container has", hint: "What is in them is lost for good: look twice." },
  buildCache: { title: "Build cache", hint: "The next builds take longer." },
};

/** What is ticked at first: what nobody can miss. */
const harmless: ReadonlySet<PruneKind> = new Set(["danglingImages", "buildCache"]);

export const keyOf = ({ kind, id }: Pick<PruneItem, "kind" | "id">): string => `${kind} ${id}`;

export const firstChoice = ({ groups }: PrunePreview): Set<string> =>
  new Set(groups.flatMap(({ kind, items }) => (harmless.has(kind) ? items.map(keyOf) : [])));

/** Bytes that come back at least: what a whole group shares among itself counts when all of it goes. */
export function chosenSize({ kind, items, size }: PruneGroup, chosen: ReadonlySet<string>): number {
  const taken = items.filter((item) => chosen.has(keyOf(item)));
  if (taken.length === 0) return 0;
  if (taken.length === items.length) return size;
  const sum = taken.reduce((total, item) => total + (item.size ?? 0), 0);
  return kind === "danglingImages" || kind === "unusedImages" ? Math.min(sum, size) : sum;
}
