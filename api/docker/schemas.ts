import { z } from "zod";
import { type DiskShare, type DiskUsage, type PrunePreview, pruneKinds } from "../../shared/protocol/disk.ts";
import type { ContainerUse, Image, ImageDetail } from "../../shared/protocol/image.ts";
import type { Network, NetworkDetail } from "../../shared/protocol/network.ts";
import type { Registry } from "../../shared/protocol/registry.ts";
import type { Volume, VolumeDetail } from "../../shared/protocol/volume.ts";

const use = z.object({ id: z.string(), name: z.string(), running: z.boolean() }) satisfies z.ZodType<ContainerUse>;
const labels = z.record(z.string(), z.string()).describe("Values of keys that name a secret are masked.");
const time = z.iso.datetime();

export const imageSchema = z.object({
  id: z.string().describe("sha256 of its configuration."),
  tags: z.array(z.string()),
  digests: z.array(z.string()).describe("Names with digests, as the registries know it."),
  createdAt: time,
  size: z.int().describe("Bytes, with the layers it shares."),
  usedBy: z.array(use),
}) satisfies z.ZodType<Image>;

export const imageDetailSchema = imageSchema.extend({
  os: z.string(),
  architecture: z.string(),
  author: z.string(),
  entrypoint: z.array(z.string()),
  command: z.array(z.string()).describe("Values that look like secrets are masked."),
  workingDirectory: z.string(),
  user: z.string(),
  environmentNames: z.array(z.string()).describe("Names only: values are never sent."),
  exposedPorts: z.array(z.string()),
  volumes: z.array(z.string()),
  labels,
  layers: z
    .array(z.object({ createdBy: z.string(), createdAt: time.nullable(), size: z.int(), comment: z.string() }))
    .describe("Newest first."),
}) satisfies z.ZodType<ImageDetail>;

export const volumeSchema = z.object({
  name: z.string(),
  driver: z.string(),
  anonymous: z.boolean(),
  composeProject: z.string().nullable(),
  createdAt: time.nullable(),
  usedBy: z.array(use),
}) satisfies z.ZodType<Volume>;

export const volumeDetailSchema = volumeSchema.extend({
  mountpoint: z.string(),
  scope: z.string(),
  labels,
  options: z.record(z.string(), z.string()),
  mounts: z.array(z.object({ container: z.string(), destination: z.string(), readOnly: z.boolean() })),
}) satisfies z.ZodType<VolumeDetail>;

export const networkSchema = z.object({
  id: z.string(),
  name: z.string(),
  driver: z.string(),
  scope: z.string(),
  internal: z.boolean(),
  builtIn: z.boolean(),
  subnets: z.array(z.string()),
  composeProject: z.string().nullable(),
  createdAt: time,
  usedBy: z.array(use),
}) satisfies z.ZodType<Network>;

export const networkDetailSchema = networkSchema.extend({
  ipv6: z.boolean(),
  attachable: z.boolean(),
  gateways: z.array(z.string()),
  labels,
  options: z.record(z.string(), z.string()),
  endpoints: z.array(
    z.object({ container: z.string(), ipAddress: z.string().nullable(), macAddress: z.string().nullable() }),
  ),
}) satisfies z.ZodType<NetworkDetail>;

const share = z.object({
  count: z.int(),
  inUse: z.int(),
  size: z.number().describe("Bytes."),
  reclaimable: z.number().describe("Bytes."),
}) satisfies z.ZodType<DiskShare>;

export const diskUsageSchema = z.object({
  images: share,
  containers: share,
  volumes: share,
  buildCache: share,
  volumeSizes: z.record(z.string(), z.number()).describe("Bytes of each volume."),
  measuredAt: time,
}) satisfies z.ZodType<DiskUsage>;

const kind = z.enum(pruneKinds);
export const prunePreviewSchema = z.object({
  id: z.string(),
  groups: z.array(
    z.object({
      kind,
      items: z.array(
        z.object({
          kind,
          id: z.string(),
          name: z.string(),
          size: z.number().nullable().describe("Bytes that only this one has."),
          createdAt: time.nullable(),
        }),
      ),
      size: z.number().describe("Bytes that come back when all of them go."),
    }),
  ),
  expiresAt: time,
}) satisfies z.ZodType<PrunePreview>;

export const registrySchema = z.object({
  id: z.string(),
  host: z.string(),
  username: z.string(),
  createdAt: time,
}) satisfies z.ZodType<Registry>;
