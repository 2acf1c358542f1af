import { z } from "zod";

/** What takes room: how many, how many of them in use, bytes in all, bytes that removing the unused would bring back. */
export interface DiskShare {
  count: number;
  inUse: number;
  size: number;
  reclaimable: number;
}

export interface DiskUsage {
  images: DiskShare;
  /** What containers wrote beside their images. */
  containers: DiskShare;
  volumes: DiskShare;
  buildCache: DiskShare;
  /** Bytes of each volume whose driver can tell. */
  volumeSizes: Record<string, number>;
  /** ISO 8601; asked of the Engine at most every 15 s. */
  measuredAt: string;
}

/** In the order they go: a container first, then what it held. */
export const pruneKinds = [
  "containers",
  "danglingImages",
  "unusedImages",
  "networks",
  "anonymousVolumes",
  "namedVolumes",
  "buildCache",
] as const;
export type PruneKind = (typeof pruneKinds)[number];

export interface PruneItem {
  kind: PruneKind;
  id: string;
  name: string;
  /** Bytes that only this one has; null when the Engine cannot tell. */
  size: number | null;
  /** ISO 8601, or null. */
  createdAt: string | null;
}

export interface PruneGroup {
  kind: PruneKind;
  items: PruneItem[];
  /** Bytes that come back when all of them go: what they share among each other counts once. */
  size: number;
}

/** What could go now. Pruning names this preview, and takes nothing that is not in it. */
export interface PrunePreview {
  id: string;
  groups: PruneGroup[];
  /** ISO 8601: later it has to be made anew. */
  expiresAt: string;
}

/** Items of one preview; each is named by the kind and id it has there. */
export const pruneRequest = z.strictObject({
  preview: z.string().min(1).max(64),
  items: z
    .array(z.strictObject({ kind: z.enum(pruneKinds), id: z.string().min(1).max(300) }))
    .min(1)
    .max(10_000),
});

/** What came of pruning; what has come into use since the preview is left, and told. */
export interface PruneResult {
  removed: number;
  /** Bytes. */
  reclaimed: number;
  left: { kind: PruneKind; name: string; reason: string }[];
}
