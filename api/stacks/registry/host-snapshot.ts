import { realpath } from "node:fs/promises";
import type { ComposeState } from "../../../shared/protocol/stack.ts";
import type { DependencyState } from "../../../shared/protocol/system.ts";
import { listOrState } from "../../../shared/server/dependency.ts";
import type { DockerEngine } from "../../docker/docker-engine.ts";
import type { Compose } from "../compose/compose.ts";
import type { StackLocations } from "../files/locations.ts";
import type { ListedStacks } from "./listed-stacks.ts";
import { type ProjectFolders, projectsByFolder } from "./notices.ts";
import type { ProjectContainer } from "./projects.ts";

/** What one request sees of the host: containers by project, and the stacks that have folders. */
export interface HostSnapshot {
  byProject: ReadonlyMap<string, readonly ProjectContainer[]>;
  folders: ProjectFolders;
  engine: DependencyState;
  compose: ComposeState;
  /** Names of the stacks in the panel's own folder. */
  managedNames: ReadonlySet<string>;
  listed: ListedStacks;
}

export interface HostSnapshotDeps {
  docker: Pick<DockerEngine, "projects">;
  compose: Pick<Compose, "state">;
  locations: Pick<StackLocations, "managedNames">;
  listed(): Promise<ListedStacks>;
}

/**
 * Reads containers and folders at the same time. An unavailable Engine becomes a state in the result: files can be read
 * without it.
 */
export async function readHostSnapshot({
  docker,
  compose,
  locations,
  listed,
}: HostSnapshotDeps): Promise<HostSnapshot> {
  const [{ items: containers, state: engine }, tool, managedNames, found] = await Promise.all([
    listOrState(() => docker.projects.containers()),
    compose.state(),
    locations.managedNames(),
    listed(),
  ]);
  return {
    byProject: Map.groupBy(containers, ({ project }) => project),
    folders: await foldersOf(containers),
    engine,
    compose: tool,
    managedNames: new Set(managedNames),
    listed: found,
  };
}

/** The folders that containers were created from, without links. */
export const foldersOf = (containers: readonly ProjectContainer[]): Promise<ProjectFolders> =>
  projectsByFolder(containers, (path) => realpath(path).catch(() => path));
