import type { ComposeFacts } from "../files/compose-facts.ts";
import type { StackPlace } from "../files/locations.ts";
import type { ListedStacks } from "./listed-stacks.ts";
import type { ProjectContainer } from "./projects.ts";

export interface ProjectFolders {
  /** Projects with containers that were made from a folder or from one inside it, but not that of the name, sorted. */
  below(folder: string, name: string): string[];
  /** Likewise, of the folder alone. */
  at(folder: string, name: string): string[];
  /** Folders the containers of a project were made from. */
  of(name: string): string[];
}

/** Names and folders that are shown in one sentence. */
const SHOWN_MAX = 5;

export async function projectsByFolder(
  containers: readonly ProjectContainer[],
  withoutLinks: (path: string) => Promise<string>,
): Promise<ProjectFolders> {
  const folders = new Map<string, Set<string>>();
  const real = new Map<string, string>();
  for (const { project, workingDir } of containers) {
    if (workingDir === "") continue;
    const folder = real.get(workingDir) ?? (await withoutLinks(workingDir)).replace(/(.)\/+$/, "$1");
    real.set(workingDir, folder);
    folders.set(folder, (folders.get(folder) ?? new Set()).add(project));
  }
  const projectsOf = (name: string, matches: (path: string) => boolean) => {
    const found = [...folders].filter(([path]) => matches(path)).flatMap(([, projects]) => [...projects]);
    return [...new Set(found)].filter((project) => project !== name).sort();
  };
  return {
    below: (folder, name) => projectsOf(name, (path) => path === folder || path.startsWith(`${folder}/`)),
    at: (folder, name) => projectsOf(name, (path) => path === folder),
    of: (name) => [...folders].filter(([, projects]) => projects.has(name)).map(([folder]) => folder),
  };
}

/** What to know of a stack before it is acted on, in sentences. */
export function noticesOf(
  name: string,
  place: StackPlace | undefined,
  facts: ComposeFacts | undefined,
  { folders, listed }: { folders: ProjectFolders; listed: ListedStacks },
): string[] {
  if (!place) return [];
  const notices: string[] = [];
  const others = folders.at(place.absoluteFolder, name);
  const named = facts?.projectName;
  if (named && named.name !== name) {
    const source = named.by === ".env" ? "The file .env sets COMPOSE_PROJECT_NAME" : "The compose file sets a name";
    notices.push(`${source}: Compose run by hand makes another project of this folder. Here it runs as ${name}.`);
  }
  if (others.length > 0) {
    notices.push(`Containers of another project were made from this folder: ${shown(others)}.`);
  }
  const elsewhere = folders.of(name).filter((folder) => folder !== place.absoluteFolder);
  if (elsewhere.length > 0)
    notices.push(`Containers of this project were made from another folder: ${shown(elsewhere)}.`);
  const twins = (listed.byName.get(name) ?? [])
    .map(({ absoluteFolder }) => absoluteFolder)
    .filter((folder) => folder !== place.absoluteFolder);
  if (twins.length > 0) notices.push(`Another folder has the same project name: ${shown(twins)}.`);
  if (facts?.envFault) notices.push(`${facts.envFault} It is brought up only once that is put right.`);
  return notices;
}

const shown = (names: readonly string[]): string =>
  names.length > SHOWN_MAX
    ? `${names.slice(0, SHOWN_MAX).join(", ")} and ${names.length - SHOWN_MAX} more`
    : names.join(", ");
