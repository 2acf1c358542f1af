import { toState } from "../../shared/docker/container-views.ts";
import type { EngineCalls } from "../../shared/docker/engine-calls.ts";
import { countContainers } from "../../shared/health/running.ts";
import type { DiskShare, DiskUsage, PrunePreview, PruneResult } from "../../shared/protocol/disk.ts";
import type { JobStep } from "../../shared/protocol/job.ts";
import { usesBy, volumesOf } from "../docker/container-uses.ts";
import { freedBy } from "../images/image-sizes.ts";
import { createPruner, type PruneChoice } from "./prune.ts";
import { type RawDisk, readDisk } from "./raw-disk.ts";

/** Disk usage of images, containers, volumes and the build cache, and how much of it can be freed. */
export interface DockerDisk {
  /** At most 15 s old, because the Engine reads every volume for it. */
  usage(): Promise<DiskUsage>;
  /** What could be removed now. A preview is valid for ten minutes. @param owner The caller; the previews of each are bounded. */
  preview(owner: string): Promise<PrunePreview>;
  /** @throws AppError `gone` when the preview has expired, `invalid_input` when it lacks one of the items */
  check(previewId: string, items: readonly PruneChoice[]): void;
  /** Removes items of a preview one by one. Stops between two items when aborted. @throws AppError like `check` */
  prune(
    previewId: string,
    items: readonly PruneChoice[],
    options: { signal: AbortSignal; onStep?: (step: JobStep) => void },
  ): Promise<PruneResult>;
}

const KEEP_MS = 15_000;

export function createDisk(calls: EngineCalls): DockerDisk {
  let cached: { at: number; usage: Promise<DiskUsage> } | undefined;
  const pruner = createPruner(calls);
  const forget = () => {
    cached = undefined;
  };
  return {
    usage() {
      if (cached && performance.now() - cached.at < KEEP_MS) return cached.usage;
      const fresh = { at: performance.now(), usage: measure(calls) };
      cached = fresh;
      fresh.usage.then(
        () => {
          fresh.at = performance.now();
        },
        () => {
          if (cached === fresh) forget();
        },
      );
      return fresh.usage;
    },
    preview: pruner.preview,
    check: pruner.check,
    prune: (...args) => pruner.prune(...args).finally(forget),
  };
}

const sum = (sizes: Iterable<number>): number => [...sizes].reduce((total, size) => total + Math.max(0, size), 0);
const share = <T>(all: T[], isUsed: (one: T) => boolean, sizeOf: (one: T) => number): DiskShare => ({
  count: all.length,
  inUse: all.filter(isUsed).length,
  size: sum(all.map(sizeOf)),
  reclaimable: sum(all.filter((one) => !isUsed(one)).map(sizeOf)),
});

async function measure(calls: EngineCalls): Promise<DiskUsage> {
  const raw = await readDisk(calls);
  const used = new Set(raw.containers.map(({ ImageID }) => ImageID));
  const unused = new Set(raw.images.map(({ Id }) => Id).filter((id) => !used.has(id)));
  const [reclaimable = 0] = await freedBy(calls, raw.images, [unused]);
  return toUsage(raw, reclaimable);
}

function toUsage(raw: RawDisk, reclaimableImages: number): DiskUsage {
  const used = new Set(raw.containers.map(({ ImageID }) => ImageID));
  // An Engine that did not count the references reports -1, or nothing.
  const volumesInUse = usesBy(raw.containers, volumesOf);
  const own = ({ Size, SharedSize }: RawDisk["images"][number]) => Size - Math.max(0, SharedSize ?? 0);
  const images = share(raw.images, ({ Id }) => used.has(Id), own);
  return {
    images: { ...images, size: raw.layersSize, reclaimable: reclaimableImages },
    containers: {
      ...share(
        raw.containers,
        ({ State }) => State === "running" || State === "paused" || State === "restarting",
        ({ SizeRw }) => SizeRw ?? 0,
      ),
      // A paused or restarting container takes space that cannot be freed, and does not run.
      inUse: countContainers(raw.containers.map(({ State }) => ({ state: toState(State) }))).running,
    },
    volumes: share(
      raw.volumes,
      ({ Name, UsageData }) => volumesInUse.has(Name) || (UsageData?.RefCount ?? 0) > 0,
      ({ UsageData }) => UsageData?.Size ?? 0,
    ),
    buildCache: share(
      raw.buildCache.filter(({ Shared }) => !Shared),
      ({ InUse }) => InUse,
      ({ Size }) => Size,
    ),
    volumeSizes: Object.fromEntries(
      raw.volumes.flatMap(({ Name, UsageData }) =>
        UsageData && UsageData.Size >= 0 ? [[Name, UsageData.Size] as const] : [],
      ),
    ),
    measuredAt: new Date().toISOString(),
  };
}
