import { join, normalize } from "node:path";

/** The part of Rolldown's `ChunkingContext` that is read here. */
interface ModuleGraph {
  getModuleInfo(id: string): { importedIds: readonly string[] } | null;
}

const src = join(import.meta.dirname, "src");
const isIn = (paths: readonly string[], id: string) => paths.some((path) => id.includes(path));
const pathsOf = (...files: string[]) => files.map((file) => join(src, file));

/** Pages that are shown before a sign-in. */
const startPages = pathsOf("main.tsx", "features/access/login/LoginPage.tsx");
const framePages = pathsOf("SignedInPage.tsx");
/** Rooms whose modules many pages share, and what lists of containers and processes need of logs. */
const sharedRooms = [
  ...pathsOf("ui", "lib", "resource", "features/services", "features/alerts/alert-"),
  ...pathsOf("features/logs/LogSelectionLinks.tsx", "features/logs/log-address.ts", "features/logs/messages.ts"),
  ...pathsOf("features/logs/process-sources.ts", "features/logs/search/log-query.ts"),
  join(src, "../../shared/"),
  normalize("/lucide-solid/"),
];
/** Parts of them that only logs, long lists and forms need. */
const onDemand = [
  join(src, "../../shared/logs/"),
  join(src, "../../shared/mcp/"),
  join(src, "../../shared/protocol/action-labels.ts"),
  join(src, "../../shared/protocol/allowed-entry.ts"),
  join(src, "../../shared/protocol/mcp-environment.ts"),
  join(src, "../../shared/protocol/image-reference.ts"),
  ...pathsOf("ui/VirtualList.tsx", "ui/index.ts", "ui/PopoverPanel.tsx"),
  ...pathsOf("resource/NamePicker.tsx", "resource/AllowEntry.tsx", "resource/PairsField.tsx"),
  ...pathsOf("resource/name-choices.ts", "resource/paged-list.ts"),
];

/** Modules that are fetched with the given ones, without what they import on demand. */
function closureOf(ids: readonly string[], graph: ModuleGraph): ReadonlySet<string> {
  const found = new Set<string>();
  const waiting = [...ids];
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    if (found.has(id)) continue;
    found.add(id);
    waiting.push(...(graph.getModuleInfo(id)?.importedIds ?? []));
  }
  return found;
}

/** A group of modules: those that the given pages need. */
const neededBy = (name: string, pages: readonly string[], priority: number) => {
  let needed: ReadonlySet<string> | undefined;
  return {
    priority,
    name: (id: string, graph: ModuleGraph) => {
      needed ??= closureOf(pages, graph);
      return needed.has(id) ? name : null;
    },
  };
};

/**
 * The chunks that the pages share. By itself the bundler makes one of every icon that two pages have in common, and a page
 * takes 60 requests.
 *
 * - `start`: what is needed before a sign-in. A sign-in page needs nothing else.
 * - `frame`: what every page needs after it.
 * - `parts`: small modules that several pages share.
 */
export const sharedChunks = () => [
  neededBy("start", startPages, 3),
  neededBy("frame", framePages, 2),
  {
    name: "parts",
    priority: 1,
    minShareCount: 2,
    maxModuleSize: 20_000,
    test: (id: string) => isIn(sharedRooms, id) && !isIn(onDemand, id),
  },
];
