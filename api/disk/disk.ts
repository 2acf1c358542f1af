import { toState } from "../../shared/docker/container-views.ts";
import type { EngineCalls } from "../../shared/docker/engine-calls.ts";
import { countContainers } from "../../shared/health/running.ts";
import type { DiskShare, DiskUsage, PrunePreview, PruneResult } from "../../shared/protocol/disk.ts";
import type { JobStep } from "../../shared/protocol/job.ts";
import { usesBy, volumesOf } from "../docker/container-uses.ts";
import { freedBy } from "../images/image-sizes.ts";
import { createPruner, type PruneChoice } from "./prune.ts";
import { type RawDisk, readDisk } from "./raw-disk.ts";

/** Room that images, containers, volumes and the build cache take, and what of it can come back. */
export interface DockerDisk {
  /** At most 15 s old: the Engine walks every volume for it. */
  usage(): Promise<DiskUsage>;
  /** What could go now; remembered for ten minutes. @param owner The caller: only so many previews of each are remembered. */
  preview(owner: string): Promise<PrunePreview>;
  /** Whether a preview is still known, and has these. Throws `gone` and `invalid_input`. */
  check(previewId: string, items: readonly PruneChoice[]): void;
  /** Removes items of a preview one by one. Throws what `check` does, and stops between two items when aborted. */
  prune(
    previewId: string,
    items: readonly PruneChoice[],
    options: { signal: AbortSignal; onStep?: (step: JobStep) => void },
  ): Promise<PruneResult>;
}

const KEEP_MS = 15_000;

export function createDisk(calls: EngineCalls): DockerDisk {
  let held: { at: number; usage: Promise<DiskUsage> } | undefined;
  const pruner = createPruner(calls);
  const forget = () => {
    held = undefined;
  };
  return {
    usage() {
      if (held && performance.now() - held.at < KEEP_MS) return held.usage;
      const fresh = { at: performance.now(), usage: measure(calls) };
      held = fresh;
      fresh.usage.then(
        () => {
          fresh.at = performance.now();
        },
        () => {
          if (held === fresh) forget();
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
  // Engines that did not count the references say so by -1, or not at all.
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
      // What is paused or restarting takes room that nobody can have back, and does not run.
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
