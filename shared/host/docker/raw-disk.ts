import type { ContainerInfo, ImageInfo } from "dockerode";
import { UnavailableError } from "../dependency.ts";
import type { EngineCalls } from "./engine-calls.ts";
import type { RawVolume } from "./volumes.ts";

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

/** Every file of every volume is looked at; with millions of them that takes minutes. */
const LIMIT_MS = 120_000;

export async function readDisk({ call }: Pick<EngineCalls, "call">): Promise<RawDisk> {
  await call({ method: "GET", path: "/_ping" }); // one that hangs is found out at once, and not after minutes
  const answer = (await call({ method: "GET", path: "/system/df" }, LIMIT_MS)) as Record<string, unknown> | undefined;
  if (!Array.isArray(answer?.Images) && !Array.isArray(answer?.Containers)) {
    throw new UnavailableError("down", "What answers at DOCKER_HOST is not a Docker Engine.");
  }
  const list = <T>(name: string) => (Array.isArray(answer?.[name]) ? (answer[name] as T[]) : []);
  return {
    layersSize: Number(answer?.LayersSize ?? 0),
    images: list("Images"),
    containers: list("Containers"),
    volumes: list("Volumes"),
    buildCache: list("BuildCache"),
  };
}
