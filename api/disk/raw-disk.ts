import type { ContainerInfo, ImageInfo } from "dockerode";
import type { EngineCalls } from "../../shared/docker/engine-calls.ts";
import { toInnerList } from "../../shared/docker/engine-responses.ts";
import type { RawVolume } from "../volumes/volumes.ts";

export interface RawBuildRecord {
  ID: string;
  /** Ids of the records that this one depends on. Older Engines name one. */
  Parent?: string;
  Parents?: string[];
  Type: string;
  Description?: string;
  InUse: boolean;
  Shared: boolean;
  Size: number;
  CreatedAt?: string;
}

/** The response to `GET /system/df`, without nulls. */
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

/** Before version 1.52 of the Engine's API the lists are separate; since then they are the items of each usage. */
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

/** The Engine reads every file of every volume: millions of files take minutes. */
const LIMIT_MS = 120_000;

export async function readDisk({ call }: Pick<EngineCalls, "call">): Promise<RawDisk> {
  await call({ method: "GET", path: "/_ping" }); // a hung Engine is noticed at once
  const request = { method: "GET", path: "/system/df", query: { verbose: 1 } } as const;
  const answer = (await call(request, LIMIT_MS)) as DiskAnswer | undefined;
  // Without a list, what it references would look unused.
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
