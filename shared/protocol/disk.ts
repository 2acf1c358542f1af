import { z } from "zod";

const time = z.iso.datetime();

/** Disk space of one kind of object. */
export const diskShareSchema = z.object({
  count: z.int(),
  inUse: z.int(),
  size: z.number().describe("Bytes of all objects."),
  reclaimable: z.number().describe("Bytes that removing the unused objects frees."),
});
export type DiskShare = z.infer<typeof diskShareSchema>;

export const diskUsageSchema = z.object({
  images: diskShareSchema,
  containers: diskShareSchema.describe("Data that containers wrote on top of their images."),
  volumes: diskShareSchema,
  buildCache: diskShareSchema,
  volumeSizes: z.record(z.string(), z.number()).describe("Bytes of each volume whose driver reports them."),
  measuredAt: time.describe("The Engine is queried every 15 s at most."),
});
export type DiskUsage = z.infer<typeof diskUsageSchema>;

/** In the order of removal: containers first, then what they used. */
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
const kind = z.enum(pruneKinds);

export const pruneItemSchema = z.object({
  kind,
  id: z.string(),
  name: z.string(),
  size: z.number().nullable().describe("Bytes that only this object uses; null when the Engine does not report them."),
  createdAt: time.nullable(),
});
export type PruneItem = z.infer<typeof pruneItemSchema>;

export const pruneGroupSchema = z.object({
  kind,
  items: z.array(pruneItemSchema),
  size: z.number().describe("Bytes that removing all of them frees; shared data counts once."),
});
export type PruneGroup = z.infer<typeof pruneGroupSchema>;

/** What can be removed now. Pruning names this preview, and removes nothing that is not in it. */
export const prunePreviewSchema = z.object({
  id: z.string(),
  groups: z.array(pruneGroupSchema),
  expiresAt: time.describe("After this time a new preview is required."),
});
export type PrunePreview = z.infer<typeof prunePreviewSchema>;

/** Items of one preview, named by their kind and id. */
export const pruneRequest = z.strictObject({
  preview: z.string().min(1).max(64),
  items: z
    .array(z.strictObject({ kind, id: z.string().min(1).max(300) }))
    .min(1)
    .max(10_000),
});

/** Result of a prune job. Objects that came into use after the preview are kept, and listed in `left`. */
export interface PruneResult {
  removed: number;
  /** Bytes. */
  reclaimed: number;
  left: { kind: PruneKind; name: string; reason: string }[];
}
