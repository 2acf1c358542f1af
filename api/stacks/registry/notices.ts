import type { ComposeFacts } from "../files/compose-facts.ts";
import type { StackLocation } from "../files/locations.ts";
import { stackNotices } from "../messages.ts";
import type { ListedStacks } from "./listed-stacks.ts";
import type { ProjectContainer } from "./projects.ts";

export interface ProjectFolders {
  /** Other projects whose containers were created from a folder or one below it, sorted; `name` is left out. */
  below(folder: string, name: string): string[];
  /** Like `below`, for the folder alone. */
  at(folder: string, name: string): string[];
  /** Folders that the containers of a project were created from. */
  of(name: string): string[];
}

/** Groups projects by the folder their containers were created from. */
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

/** Sentences a person should read before acting on a stack; empty when there is nothing unusual. */
export function noticesOf(
  name: string,
  location: StackLocation | undefined,
  facts: ComposeFacts | undefined,
  { folders, listed }: { folders: ProjectFolders; listed: ListedStacks },
): string[] {
  if (!location) return [];
  const { absoluteFolder } = location;
  const notices: string[] = [];
  const named = facts?.projectName;
  if (named && named.name !== name) notices.push(stackNotices.otherProjectName(named.by, name));
  const others = folders.at(absoluteFolder, name);
  if (others.length > 0) notices.push(stackNotices.otherProjects(others));
  const elsewhere = folders.of(name).filter((folder) => folder !== absoluteFolder);
  if (elsewhere.length > 0) notices.push(stackNotices.otherFolders(elsewhere));
  const sameName = (listed.byName.get(name) ?? []).map((other) => other.absoluteFolder);
  const duplicates = sameName.filter((folder) => folder !== absoluteFolder);
  if (duplicates.length > 0) notices.push(stackNotices.sameName(duplicates));
  if (facts?.envFault) notices.push(stackNotices.envFault(facts.envFault));
  return notices;
}
