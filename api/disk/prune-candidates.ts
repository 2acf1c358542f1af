import type { NetworkInspectInfo } from "dockerode";
import type { EngineCalls } from "../../shared/docker/engine-calls.ts";
import { toEngineList } from "../../shared/docker/engine-responses.ts";
import { type PruneGroup, type PruneItem, type PruneKind, pruneKinds } from "../../shared/protocol/disk.ts";
import { networksOf, usesBy, volumesOf } from "../docker/container-uses.ts";
import { freedBy } from "../images/image-sizes.ts";
import { isAnonymous } from "../volumes/volumes.ts";
import { type RawDisk, readDisk } from "./raw-disk.ts";

/** An item, and a mark by which it is recognized at the prune. */
export interface Candidate extends PruneItem {
  /** Tags of an image, time of creation of a volume. */
  mark: string;
  tags: string[];
}

export interface CandidateGroup extends PruneGroup {
  items: Candidate[];
}

/** Everything on the host that nothing uses now. */
export async function findCandidates(calls: EngineCalls): Promise<CandidateGroup[]> {
  const [raw, networks] = await Promise.all([
    readDisk(calls),
    calls.call({ method: "GET", path: "/networks" }).then(toEngineList<NetworkInspectInfo>),
  ]);
  const items: Record<PruneKind, Candidate[]> = {
    containers: containersOf(raw),
    ...imagesOf(raw),
    networks: networksOfNobody(raw, networks),
    ...volumesOfNobody(raw),
    buildCache: buildCacheOf(raw),
  };
  const dangling = new Set(items.danglingImages.map(({ id }) => id));
  const unused = new Set([...dangling, ...items.unusedImages.map(({ id }) => id)]);
  const [danglingSize = 0, unusedSize = 0] = await freedBy(calls, raw.images, [dangling, unused]);
  const sizes: Partial<Record<PruneKind, number>> = {
    danglingImages: danglingSize,
    unusedImages: unusedSize - danglingSize,
  };
  return pruneKinds.map((kind) => ({
    kind,
    items: items[kind],
    size: sizes[kind] ?? items[kind].reduce((total, { size }) => total + (size ?? 0), 0),
  }));
}

const toTime = (value: string | number | undefined): string | null => {
  const time = new Date(typeof value === "number" ? value * 1000 : (value ?? Number.NaN));
  return Number.isNaN(time.getTime()) ? null : time.toISOString();
};

const containersOf = ({ containers }: RawDisk): Candidate[] =>
  containers
    .filter(({ State }) => State === "created" || State === "exited" || State === "dead")
    .map(({ Id, Names, SizeRw, Created }) => ({
      kind: "containers",
      id: Id,
      name: Names?.[0]?.replace(/^\//, "") ?? Id.slice(0, 12),
      size: SizeRw ?? 0,
      createdAt: toTime(Created),
      mark: "",
      tags: [],
    }));

function imagesOf({ images, containers }: RawDisk) {
  const used = new Set(containers.map(({ ImageID }) => ImageID));
  const found = { danglingImages: [] as Candidate[], unusedImages: [] as Candidate[] };
  for (const { Id, RepoTags, RepoDigests, Size, SharedSize, Created } of images) {
    if (used.has(Id)) continue;
    const tags = (RepoTags ?? []).filter((tag) => !tag.startsWith("<none>")).sort();
    const kind = tags.length > 0 ? "unusedImages" : "danglingImages";
    const repository = RepoDigests?.[0]?.split("@")[0];
    found[kind].push({
      kind,
      id: Id,
      size: Size - Math.max(0, SharedSize ?? 0),
      createdAt: toTime(Created),
      mark: tags.join(" "),
      name: tags.join(", ") || (repository && repository !== "<none>" ? repository : Id.slice(7, 19)),
      tags,
    });
  }
  return found;
}

function networksOfNobody({ containers }: RawDisk, networks: NetworkInspectInfo[]): Candidate[] {
  const uses = usesBy(containers, networksOf);
  return networks
    .filter(({ Name, Scope, Ingress }) => Scope === "local" && !Ingress && !/^(bridge|host|none)$/.test(Name))
    .filter(({ Id, Name }) => !uses.has(Id) && !uses.has(Name))
    .map(({ Id, Name, Created }) => ({
      kind: "networks",
      id: Id,
      name: Name,
      size: 0,
      createdAt: toTime(Created),
      mark: "",
      tags: [],
    }));
}

function volumesOfNobody({ containers, volumes }: RawDisk) {
  const uses = usesBy(containers, volumesOf);
  const found = { anonymousVolumes: [] as Candidate[], namedVolumes: [] as Candidate[] };
  for (const volume of volumes) {
    if (uses.has(volume.Name) || (volume.UsageData?.RefCount ?? 0) > 0) continue;
    const kind = isAnonymous(volume) ? "anonymousVolumes" : "namedVolumes";
    const { Size = -1 } = volume.UsageData ?? {};
    found[kind].push({
      kind,
      id: volume.Name,
      name: volume.Name,
      size: Size < 0 ? null : Size,
      createdAt: toTime(volume.CreatedAt),
      mark: volume.CreatedAt ?? "",
      tags: [],
    });
  }
  return found;
}

/** Children first: the builder keeps a record that another stands on. */
function buildCacheOf({ buildCache }: RawDisk): Candidate[] {
  const records = new Map(buildCache.map((record) => [record.ID, record]));
  const depths = new Map<string, number>();
  const depthOf = (id: string, seen: ReadonlySet<string>): number => {
    const known = depths.get(id);
    if (known !== undefined) return known;
    const record = records.get(id);
    if (!record || seen.has(id)) return 0;
    const parents = record.Parents ?? (record.Parent ? [record.Parent] : []);
    const depth = Math.max(0, ...parents.map((parent) => depthOf(parent, new Set([...seen, id])) + 1));
    depths.set(id, depth);
    return depth;
  };
  return buildCache
    .filter(({ InUse }) => !InUse)
    .sort((one, other) => depthOf(other.ID, new Set()) - depthOf(one.ID, new Set()))
    .map(({ ID, Description, Size, Shared, CreatedAt }) => ({
      kind: "buildCache",
      id: ID,
      name: (Description || ID).slice(0, 300),
      size: Shared ? 0 : Size,
      createdAt: toTime(CreatedAt),
      mark: "",
      tags: [],
    }));
}
