import { randomBytes } from "node:crypto";
import type { CandidateGroup } from "./prune-candidates.ts";

/** Long enough to read the list, short enough for it to match the host. */
const PREVIEW_AGE_MS = 10 * 60 * 1000;
/** Previews of one caller, who may have several pages open. */
const MAX_PER_CALLER = 10;
const MAX_TOTAL = 200;

interface Preview {
  owner: string;
  until: number;
  groups: CandidateGroup[];
}

export interface PrunePreviews {
  /** @param owner The caller. A caller with many previews does not evict those of others. */
  keep(owner: string, groups: CandidateGroup[]): { id: string; until: number };
  find(id: string): CandidateGroup[] | undefined;
}

/** Keeps previews for ten minutes, at most 10 per caller and 200 in all. */
export function createPrunePreviews(): PrunePreviews {
  const previews = new Map<string, Preview>(); // oldest first

  const idsOf = (owner: string) => [...previews].flatMap(([id, preview]) => (preview.owner === owner ? [id] : []));
  /** Previews of the caller with the most. */
  const ofLargestOwner = (): string[] => {
    const byOwner = Map.groupBy(previews, ([, { owner }]) => owner);
    const most = [...byOwner.values()].reduce((a, b) => (b.length > a.length ? b : a), []);
    return most.map(([id]) => id);
  };
  const dropOldest = (ids: readonly string[]) => previews.delete(ids[0] ?? "");

  return {
    keep(owner, groups) {
      for (const [id, { until }] of previews) if (until < Date.now()) previews.delete(id);
      if (idsOf(owner).length >= MAX_PER_CALLER) dropOldest(idsOf(owner));
      if (previews.size >= MAX_TOTAL) dropOldest(ofLargestOwner());
      const id = randomBytes(18).toString("base64url");
      const until = Date.now() + PREVIEW_AGE_MS;
      previews.set(id, { owner, until, groups });
      return { id, until };
    },
    find(id) {
      const known = previews.get(id);
      return known && known.until >= Date.now() ? known.groups : undefined;
    },
  };
}
