import { posix } from "node:path";
import { UnavailableError } from "../../shared/host/dependency.ts";
import type { ProjectContainer } from "../../shared/host/docker/projects.ts";
import type { DockerHost } from "../../shared/host/docker.ts";
import { type ComposeState, type Stack, stackName } from "../../shared/protocol/stack.ts";
import type { DependencyState } from "../../shared/protocol/system.ts";
import { AppError } from "../../shared/server/errors.ts";
import type { Compose } from "../compose/compose.ts";
import type { OpenStack } from "./open-stack.ts";
import type { Located, StackPlace, StackPlaces } from "./places.ts";
import { stateOf } from "./view.ts";

/** A stack with what it was put together of. */
export interface FoundStack {
  stack: Stack;
  containers: readonly ProjectContainer[];
  located: Located;
  engine: DependencyState;
  compose: ComposeState;
}

/** Finds stacks by what runs on the host and by what lies in its folders. */
export interface StackFinder {
  list(): Promise<{ stacks: Stack[]; engine: DependencyState; compose: ComposeState }>;
  /** Throws `not_found`. */
  find(name: string): Promise<FoundStack>;
  /** Where its files are; `forbidden` with the reason when they are out of reach. */
  place(name: string): Promise<StackPlace>;
  /** The stack, to be changed or acted on; `forbidden` with the reason when it is locked. */
  open(name: string): Promise<OpenStack>;
  /** Whether containers of that name are there, whoever made them. */
  hasContainers(name: string): Promise<boolean>;
}

export interface StackFinderDeps {
  docker: Pick<DockerHost, "projects">;
  compose: Pick<Compose, "state">;
  places: StackPlaces;
}

export function createStackFinder({ docker, compose, places }: StackFinderDeps): StackFinder {
  /** An absent Engine is a state, and no error: files can be looked at without it. */
  const containersOrState = async (): Promise<{ containers: ProjectContainer[]; engine: DependencyState }> => {
    try {
      return { containers: await docker.projects.containers(), engine: { state: "up" } };
    } catch (error) {
      if (!(error instanceof UnavailableError)) throw error;
      return { containers: [], engine: { state: error.state, hint: error.message } };
    }
  };
  const look = async () => {
    const [{ containers, engine }, tool, ownNames] = await Promise.all([
      ...([containersOrState(), compose.state(), places.ownNames()] as const),
    ]);
    return { containers, engine, compose: tool, ownNames };
  };

  /** Where a stack's files are. What its containers say comes first: it is what runs. */
  const locate = async (name: string, containers: readonly ProjectContainer[], isOwn: boolean): Promise<Located> => {
    if (!stackName.safeParse(name).success) {
      return { lock: "name", reason: "Its name is not one that Compose takes." };
    }
    // One container may say where the files are while another was made without saying so.
    const told = containers.find(({ workingDir, configFiles }) => workingDir !== "" && configFiles.length > 0);
    if (!told) return places.own(name);
    const located = await places.labelled(told.workingDir, told.configFiles);
    // A file that was moved here, or renamed: the folder of that name has what there is.
    return "lock" in located && located.lock === "file-missing" && isOwn ? places.own(name) : located;
  };

  const find = async (name: string): Promise<FoundStack> => {
    const { containers: all, ownNames, engine, compose } = await look();
    const containers = all.filter(({ project }) => project === name);
    const isOwn = ownNames.includes(name);
    if (containers.length === 0 && !isOwn) throw new AppError("not_found", "There is no such stack.");
    const located = await locate(name, containers, isOwn);
    return { stack: toStack(name, containers, located, compose), containers, located, engine, compose };
  };

  return {
    async list() {
      const { containers, ownNames, engine, compose } = await look();
      const byProject = Map.groupBy(containers, ({ project }) => project);
      const names = [...new Set([...ownNames, ...byProject.keys()])].sort();
      const stacks: Stack[] = [];
      for (const name of names) {
        const own = byProject.get(name) ?? [];
        stacks.push(toStack(name, own, await locate(name, own, ownNames.includes(name)), compose));
      }
      return { stacks, engine, compose };
    },
    find,
    async place(name) {
      const { located } = await find(name);
      if ("lock" in located) throw new AppError("forbidden", located.reason);
      return located.place;
    },
    async open(name) {
      const { stack, located } = await find(name);
      if ("lock" in located || stack.lock !== null) throw new AppError("forbidden", stack.reason ?? "");
      return { name, place: located.place };
    },
    async hasContainers(name) {
      const { containers } = await containersOrState();
      return containers.some(({ project }) => project === name);
    },
  };
}

function toStack(name: string, containers: readonly ProjectContainer[], located: Located, tool: ComposeState): Stack {
  const told = containers.find(({ workingDir }) => workingDir !== "");
  const place = "place" in located ? located.place : undefined;
  const lock = "lock" in located ? located.lock : tool.installed ? null : "compose-missing";
  return {
    ...{ name, ...stateOf(containers), own: place?.own ?? false, lock },
    folder: place?.absoluteFolder ?? told?.workingDir ?? "",
    files: place?.files.map((file) => posix.relative(place.folder, file)) ?? told?.configFiles ?? [],
    reason: "lock" in located ? located.reason : lock === null ? null : tool.hint,
  };
}
