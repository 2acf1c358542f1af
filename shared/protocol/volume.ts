import { z } from "zod";
import { containerRef } from "./identifier.ts";
import type { ContainerUse } from "./image.ts";

/** Volumes are named by the grammar of containers. */
export const volumeName = containerRef;

/** Labels a caller gives to what it makes. */
export const newLabels = z
  .record(z.string().min(1).max(255), z.string().max(4_096))
  .refine((labels) => Object.keys(labels).length <= 50, "must be 50 labels at most");

/** Always of the local driver and without its options: those mount any folder of the host. */
export const createVolumeRequest = z.strictObject({ name: volumeName, labels: newLabels.default({}) });

export interface Volume {
  name: string;
  driver: string;
  /** Made by the Engine for a container, and named by no person. */
  anonymous: boolean;
  composeProject: string | null;
  /** ISO 8601; null when its driver does not say. */
  createdAt: string | null;
  usedBy: ContainerUse[];
}

export interface VolumeDetail extends Volume {
  /** Where it is on the host, or wherever its driver says. */
  mountpoint: string;
  scope: string;
  labels: Record<string, string>;
  /** Values that name a secret are masked. */
  options: Record<string, string>;
  /** Where each container has it. */
  mounts: { container: string; destination: string; readOnly: boolean }[];
}
