import { randomBytes } from "node:crypto";
import type { CandidateGroup } from "./prune-candidates.ts";

/** Long enough to read the list, short enough that it is still about this host. */
const PREVIEW_AGE_MS = 10 * 60 * 1000;
/** Of one caller: several pages, each looked at anew now and then. */
const OF_ONE_MAX = 10;
const IN_ALL_MAX = 200;

interface Preview {
  owner: string;
  until: number;
  groups: CandidateGroup[];
}

export interface PrunePreviews {
  /** @param owner The caller: nobody evicts the preview that another user is looking at. */
  keep(owner: string, groups: CandidateGroup[]): { id: string; until: number };
  find(id: string): CandidateGroup[] | undefined;
}

/** Previews that can still be acted on: for ten minutes, and so many of each caller. */
export function createPrunePreviews(): PrunePreviews {
  const previews = new Map<string, Preview>(); // oldest first

  const idsOf = (owner: string) => [...previews].flatMap(([id, preview]) => (preview.owner === owner ? [id] : []));
  /** The owner with the most previews loses one. */
  const ofGreediest = (): string[] => {
    const byOwner = Map.groupBy(previews, ([, { owner }]) => owner);
    const most = [...byOwner.values()].reduce((one, other) => (other.length > one.length ? other : one), []);
    return most.map(([id]) => id);
  };
  const dropOldest = (ids: readonly string[]) => previews.delete(ids[0] ?? "");

  return {
    keep(owner, groups) {
      for (const [id, { until }] of previews) if (until < Date.now()) previews.delete(id);
      if (idsOf(owner).length >= OF_ONE_MAX) dropOldest(idsOf(owner));
      if (previews.size >= IN_ALL_MAX) dropOldest(ofGreediest());
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
