import type { ContainerInfo, ImageInfo } from "dockerode";
import type { EngineCalls } from "../../shared/docker/engine-calls.ts";
import { toInnerList } from "../../shared/docker/engine-responses.ts";
import type { RawVolume } from "../volumes/volumes.ts";

export interface RawBuildRecord {
  ID: string;
  /** Ids of the records it stands on; older Engines name one. */
  Parent?: string;
  Parents?: string[];
  Type: string;
  Description?: string;
  InUse: boolean;
  Shared: boolean;
  Size: number;
  CreatedAt?: string;
}

/** `GET /system/df` as the Engine answers it, its nulls taken out. */
export interface RawDisk {
  layersSize: number;
  images: (ImageInfo & { SharedSize?: number })[];
  containers: (ContainerInfo & { SizeRw?: number })[];
  volumes: (RawVolume & { UsageData?: { Size: number; RefCount: number } | null })[];
  buildCache: RawBuildRecord[];
}

interface Usage {
  TotalCount?: number;
  TotalSize?: number;
  Items?: unknown;
}

/** Before version 1.52 of the Engine's interface the lists stand alone; since then they are the items of each usage. */
interface DiskAnswer {
  LayersSize?: number;
  Images?: unknown;
  Containers?: unknown;
  Volumes?: unknown;
  BuildCache?: unknown;
  ImageUsage?: Usage;
  ContainerUsage?: Usage;
  VolumeUsage?: Usage;
  BuildCacheUsage?: Usage;
}

/** Every file of every volume is looked at; with millions of them that takes minutes. */
const LIMIT_MS = 120_000;

export async function readDisk({ call }: Pick<EngineCalls, "call">): Promise<RawDisk> {
  await call({ method: "GET", path: "/_ping" }); // one that hangs is found out at once, and not after minutes
  const request = { method: "GET", path: "/system/df", query: { verbose: 1 } } as const;
  const answer = (await call(request, LIMIT_MS)) as DiskAnswer | undefined;
  // A list that is not there would make all that only it knows of unused.
  const list = <T>(old: keyof DiskAnswer, usage: Usage | undefined): T[] => {
    if (answer?.[old] !== undefined || !usage) return toInnerList<T>(answer?.[old]);
    return toInnerList<T>(usage.Items ?? (usage.TotalCount ? undefined : null));
  };
  return {
    layersSize: Number(answer?.LayersSize ?? answer?.ImageUsage?.TotalSize ?? 0),
    images: list("Images", answer?.ImageUsage),
    containers: list("Containers", answer?.ContainerUsage),
    volumes: list("Volumes", answer?.VolumeUsage),
    buildCache: list("BuildCache", answer?.BuildCacheUsage ?? {}), // an Engine without a builder has none
  };
}
