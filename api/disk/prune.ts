import type { ImageInspectInfo, NetworkInspectInfo } from "dockerode";
import { containerPath, type EngineCalls } from "../../shared/docker/engine-calls.ts";
import { type PruneKind, type PrunePreview, type PruneResult, pruneKinds } from "../../shared/protocol/disk.ts";
import type { JobStep } from "../../shared/protocol/job.ts";
import { UnavailableError } from "../../shared/server/dependency.ts";
import { AppError } from "../../shared/server/errors.ts";
import { listContainers, networksOf, usesBy, volumesOf } from "../docker/container-uses.ts";
import type { RawVolume } from "../volumes/volumes.ts";
import { messages } from "./messages.ts";
import { type Candidate, findCandidates } from "./prune-candidates.ts";
import { createPrunePreviews } from "./prune-previews.ts";
import { readDisk } from "./raw-disk.ts";

export interface PruneChoice {
  kind: PruneKind;
  id: string;
}

/** Items that were not removed and are reported by name. */
const LEFT_MAX = 200;
const REMOVE_LIMIT_MS = 120_000;

/** Removes items of a preview one by one, never by force. Leaves items that have come into use since. */
export function createPruner(calls: EngineCalls) {
  const previews = createPrunePreviews();

  const find = (previewId: string, items: readonly PruneChoice[]): Candidate[] => {
    const known = previews.find(previewId);
    if (!known) {
      throw new AppError("gone", messages.previewExpired);
    }
    const byKey = new Map(known.flatMap((group) => group.items.map((item) => [`${item.kind} ${item.id}`, item])));
    const chosen = new Map<string, Candidate>();
    for (const { kind, id } of items) {
      const item = byKey.get(`${kind} ${id}`);
      if (!item) throw new AppError("invalid_input", messages.notInPreview);
      chosen.set(`${kind} ${id}`, item);
    }
    // In the order of the preview: containers before what they use, build records before those they depend on.
    return [...byKey].filter(([key]) => chosen.has(key)).map(([, item]) => item);
  };

  return {
    async preview(owner: string): Promise<PrunePreview> {
      const groups = await findCandidates(calls);
      const { id, until } = previews.keep(owner, groups);
      const shown = groups.map(({ kind, size, items }) => ({
        kind,
        size,
        items: items.map(({ mark: _mark, tags: _tags, ...item }) => item),
      }));
      return { id, groups: shown, expiresAt: new Date(until).toISOString() };
    },
    check: (previewId: string, items: readonly PruneChoice[]) => void find(previewId, items),
    async prune(
      previewId: string,
      items: readonly PruneChoice[],
      { signal, onStep }: { signal: AbortSignal; onStep?: (step: JobStep) => void },
    ): Promise<PruneResult> {
      const chosen = find(previewId, items);
      const result: PruneResult = { removed: 0, reclaimed: 0, left: [] };
      const withImages = chosen.some(({ kind }) => kind === "danglingImages" || kind === "unusedImages");
      const layersBefore = withImages ? (await readDisk(calls)).layersSize : 0;
      for (const kind of pruneKinds) {
        const ofKind = chosen.filter((item) => item.kind === kind);
        if (ofKind.length === 0) continue;
        const report = (state: string, current: number) =>
          onStep?.({ id: kind, label: kind, state, current, total: ofKind.length });
        const left = new Map<Candidate, string>();
        /** Tries to remove each item. Returns how many were removed. */
        const pass = async (items: readonly Candidate[]) => {
          const before = result.removed;
          for (const item of items) {
            signal.throwIfAborted();
            report("removing", ofKind.indexOf(item));
            const outcome = await removeOrExplain(calls, item);
            if (typeof outcome === "string") {
              left.set(item, outcome);
              continue;
            }
            left.delete(item);
            result.removed++;
            result.reclaimed += outcome;
          }
          return result.removed - before;
        };
        let gone = await pass(ofKind);
        // The Engine sorts images by the second of their creation: one may precede images built from it, which keep it in use.
        while (gone > 0 && [...left.values()].includes(messages.inUse)) {
          gone = await pass([...left].filter(([, reason]) => reason === messages.inUse).map(([item]) => item));
        }
        for (const [{ name }, reason] of left) {
          if (result.left.length < LEFT_MAX) result.left.push({ kind, name, reason });
        }
        report("done", ofKind.length);
      }
      if (withImages) result.reclaimed += Math.max(0, layersBefore - (await readDisk(calls)).layersSize);
      return result;
    },
  };
}

const removeOrExplain = (calls: EngineCalls, item: Candidate): Promise<number | string> =>
  removeCandidate(calls, item).catch((error: unknown) => {
    if (error instanceof UnavailableError || !(error instanceof AppError)) throw error;
    return error.code === "not_found" ? messages.alreadyGone : messages.inUse;
  });

/** Returns the freed bytes (0 for images, which are measured at the end), or why the item was not removed. */
async function removeCandidate(calls: EngineCalls, item: Candidate): Promise<number | string> {
  const { call } = calls;
  const remove = (path: string) => call({ method: "DELETE", path }, REMOVE_LIMIT_MS);
  switch (item.kind) {
    case "containers": {
      const { State } = await calls.inspect(item.id);
      if (State.Running || State.Restarting) return messages.runsAgain;
      await remove(containerPath(item.id));
      return item.size ?? 0;
    }
    case "danglingImages":
    case "unusedImages": {
      const { RepoTags } = (await call({ method: "GET", path: `/images/${item.id}/json` })) as ImageInspectInfo;
      const tags = (RepoTags ?? []).filter((tag) => !tag.startsWith("<none>")).sort();
      if (tags.join(" ") !== item.mark) return messages.namesChanged;
      if ((await listContainers(calls)).some(({ ImageID }) => ImageID === item.id)) return messages.usedByContainer;
      // Without force the Engine removes an image of several names by its names alone.
      const names = tags.length > 1 ? tags : [item.id];
      for (const name of names) await remove(`/images/${name.split("/").map(encodeURIComponent).join("/")}`);
      return 0;
    }
    case "networks": {
      const uses = usesBy(await listContainers(calls), networksOf);
      const info = (await call({ method: "GET", path: `/networks/${item.id}` })) as NetworkInspectInfo;
      if (uses.has(item.id) || uses.has(info.Name)) return messages.usedByContainer;
      await remove(`/networks/${item.id}`);
      return 0;
    }
    case "anonymousVolumes":
    case "namedVolumes": {
      const path = `/volumes/${encodeURIComponent(item.id)}`;
      const info = (await call({ method: "GET", path })) as RawVolume;
      if ((info.CreatedAt ?? "") !== item.mark) return messages.recreated;
      if (usesBy(await listContainers(calls), volumesOf).has(item.id)) return messages.usedByContainer;
      await remove(path);
      return item.size ?? 0;
    }
    case "buildCache": {
      const filters = JSON.stringify({ id: [item.id] });
      const query = { all: true, filters };
      const answer = await call({ method: "POST", path: "/build/prune", query }, REMOVE_LIMIT_MS);
      const { CachesDeleted, SpaceReclaimed } = answer as { CachesDeleted?: string[] | null; SpaceReclaimed?: number };
      return CachesDeleted?.includes(item.id) ? (SpaceReclaimed ?? 0) : messages.inUse;
    }
  }
}
