import { realpath } from "node:fs/promises";
import { posix } from "node:path";
import { type ComposeState, type Stack, type StackLock, stackName } from "../../../shared/protocol/stack.ts";
import type { DependencyState } from "../../../shared/protocol/system.ts";
import { UnavailableError } from "../../../shared/server/dependency.ts";
import { AppError } from "../../../shared/server/errors.ts";
import type { DockerEngine } from "../../docker/docker-engine.ts";
import type { Compose } from "../compose/compose.ts";
import type { ComposeFacts, ComposeFactsReader } from "../files/compose-facts.ts";
import type { Located, StackPlace, StackPlaces } from "../files/locations.ts";
import type { OpenStack } from "../files/open-stack.ts";
import type { KnownStacks } from "./known-stacks.ts";
import type { ListedStacks } from "./listed-stacks.ts";
import { noticesOf, projectsByFolder } from "./notices.ts";
import type { ProjectContainer } from "./projects.ts";
import { stackStatus } from "./status.ts";

/** A stack with what it was put together of. */
export interface FoundStack {
  stack: Stack;
  containers: readonly ProjectContainer[];
  located: Located;
  /** Undefined when its files are out of reach. */
  facts: ComposeFacts | undefined;
  engine: DependencyState;
  compose: ComposeState;
}

/** A stack as it can be acted on: by its files, or by its containers alone. */
export interface StackTarget {
  name: string;
  lock: StackLock;
  place: StackPlace | undefined;
}

export interface StackList {
  stacks: Stack[];
  engine: DependencyState;
  compose: ComposeState;
  /** False when the listed folders hold more than is looked at. */
  complete: boolean;
}

/** Finds stacks by what runs on the host and by what lies in its folders. */
export interface StackFinder {
  list(): Promise<StackList>;
  /** Throws `not_found`. */
  find(name: string): Promise<FoundStack>;
  /** Where its files are; `forbidden` with the reason when they are out of reach. */
  place(name: string): Promise<StackPlace>;
  /** The stack, to be changed or brought up; `forbidden` with the reason when it is locked. */
  open(name: string): Promise<OpenStack>;
  target(name: string): Promise<StackTarget>;
  /** Throws `conflict` when a stack of that name is there, and `upstream_unavailable` when that cannot be known. */
  refuseTaken(name: string): Promise<void>;
  /** Throws `conflict` while another project has containers that were made from the folder; as above when not known. */
  refuseShared(stack: OpenStack): Promise<void>;
}

export interface StackFinderDeps {
  docker: Pick<DockerEngine, "projects">;
  compose: Pick<Compose, "state">;
  places: StackPlaces;
  facts: ComposeFactsReader;
  known: KnownStacks;
  listed(): Promise<ListedStacks>;
  /** The job about a stack that a killed server left. */
  interruptedOf(name: string): { kind: string; startedAt: string } | undefined;
}

export function createStackFinder(deps: StackFinderDeps): StackFinder {
  const { docker, compose, places, facts, known, listed } = deps;
  const interruptedOf = (name: string) => {
    const left = deps.interruptedOf(name);
    return left ? { verb: left.kind.split(":")[1] ?? left.kind, startedAt: left.startedAt } : null;
  };

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
    const [{ containers, engine }, tool, ownNames, found] = await Promise.all([
      ...([containersOrState(), compose.state(), places.ownNames(), listed()] as const),
    ]);
    const byProject = Map.groupBy(containers, ({ project }) => project);
    const folders = await projectsByFolder(containers, (path) => realpath(path).catch(() => path));
    return { byProject, engine, compose: tool, ownNames: new Set(ownNames), listed: found, folders };
  };
  type Surroundings = Awaited<ReturnType<typeof look>>;

  /** Where a stack's files are. What its containers say comes first: it is what runs. */
  const locate = async (name: string, { byProject, ownNames, listed: below }: Surroundings): Promise<Located> => {
    if (!stackName.safeParse(name).success) {
      return { lock: "name", reason: "Its name is not one that Compose takes." };
    }
    const containers = byProject.get(name) ?? [];
    // One container may say where the files are while another was made without saying so.
    const told = containers.find(({ workingDir, configFiles }) => workingDir !== "" && configFiles.length > 0);
    const labelled = told && (await places.labelled(told.workingDir, told.configFiles));
    if (ownNames.has(name)) {
      // A stack of the panel's own folder is that folder, whatever containers of that project name say.
      const isOwn = labelled && "place" in labelled && labelled.place.own && labelled.place.folder === `/${name}`;
      const own = isOwn ? labelled : await places.own(name);
      if ("place" in own || own.lock !== "file-missing") return own;
    }
    if (labelled && "place" in labelled && !labelled.place.own) known.remember(name, labelled.place);
    // A file that was moved here, or renamed: the folder of that name has what there is.
    if (labelled && !("lock" in labelled && labelled.lock === "file-missing")) return labelled;
    if (ownNames.has(name)) return places.own(name);
    const before = known.find(name);
    const again = before && (await places.labelled(before.folder, before.files));
    if (again && "place" in again) return again;
    const [first] = below.byName.get(name) ?? [];
    if (first) return places.labelled(first.absoluteFolder, absoluteFiles(first));
    return labelled ?? (await places.own(name));
  };

  const describe = async (name: string, around: Surroundings): Promise<FoundStack> => {
    const containers = around.byProject.get(name) ?? [];
    const located = await locate(name, around);
    const read = "place" in located ? await facts.read(located.place) : undefined;
    const { engine, compose: tool } = around;
    const told = containers.find(({ workingDir }) => workingDir !== "");
    const place = "place" in located ? located.place : undefined;
    const lock = "lock" in located ? located.lock : tool.installed ? null : "compose-missing";
    const stack: Stack = {
      name,
      ...stackStatus(containers, read?.defined, engine.state === "up"),
      own: place?.own ?? false,
      lock,
      folder: place?.absoluteFolder ?? told?.workingDir ?? "",
      files: place?.files.map((file) => posix.relative(place.folder, file)) ?? told?.configFiles ?? [],
      reason: "lock" in located ? located.reason : lock === null ? null : tool.hint,
      notices: noticesOf(name, place, read, around),
      interrupted: interruptedOf(name),
    };
    return { stack, containers, located, facts: read, engine, compose: tool };
  };

  /** Stacks of a listed folder that have no containers: those that had some, and those whose folder is nobody else's. */
  const downNames = async ({ byProject, ownNames, listed: below }: Surroundings, used: ReadonlySet<string>) => {
    const names = new Set<string>();
    const folders = new Set(used);
    for (const { name, folder, files } of known.all()) {
      if (byProject.has(name) || ownNames.has(name)) continue;
      if (!("place" in (await places.labelled(folder, files)))) continue;
      names.add(name);
      folders.add(folder);
    }
    for (const [name, all] of below.byName) {
      if (!byProject.has(name) && !ownNames.has(name) && all.some((place) => !folders.has(place.absoluteFolder))) {
        names.add(name);
      }
    }
    return names;
  };

  const find = async (name: string): Promise<FoundStack> => {
    const around = await look();
    const found = await describe(name, around);
    const isThere = around.byProject.has(name) || around.ownNames.has(name) || "place" in found.located;
    if (!isThere) throw new AppError("not_found", "There is no such stack.");
    return found;
  };

  const reach = (found: FoundStack): OpenStack => {
    const { stack, located } = found;
    if ("lock" in located || stack.lock !== null) throw new AppError("forbidden", stack.reason ?? "");
    return { name: stack.name, place: located.place };
  };

  return {
    async list() {
      const around = await look();
      const stacks: Stack[] = [];
      for (const name of new Set([...around.ownNames, ...around.byProject.keys()])) {
        stacks.push((await describe(name, around)).stack);
      }
      const used = new Set(stacks.map(({ folder }) => folder));
      for (const name of await downNames(around, used)) stacks.push((await describe(name, around)).stack);
      stacks.sort((one, other) => (one.name < other.name ? -1 : 1));
      return { stacks, engine: around.engine, compose: around.compose, complete: around.listed.complete };
    },
    find,
    async place(name) {
      const { located } = await find(name);
      if ("lock" in located) throw new AppError("forbidden", located.reason);
      return located.place;
    },
    open: async (name) => reach(await find(name)),
    async target(name) {
      const { stack, located } = await find(name);
      return { name, lock: stack.lock, place: "place" in located ? located.place : undefined };
    },
    async refuseTaken(name) {
      const containers = await docker.projects.containers();
      if (containers.some(({ project }) => project === name)) {
        throw new AppError("conflict", "Containers of a stack of that name are on this host already.");
      }
      if (known.find(name) || (await listed()).byName.has(name)) {
        const { located } = await find(name).catch(() => ({ located: undefined }));
        if (located && "place" in located && !located.place.own) {
          throw new AppError("conflict", "A stack of that name lies in a listed folder already.");
        }
      }
    },
    async refuseShared({ name, place }) {
      const containers = await docker.projects.containers();
      const folders = await projectsByFolder(containers, (path) => realpath(path).catch(() => path));
      const others = folders.below(place.absoluteFolder, name);
      if (others.length > 0) {
        const sentence = `Containers of the project ${others.join(", ")} were made from this folder: take them down first.`;
        throw new AppError("conflict", sentence);
      }
    },
  };
}

const absoluteFiles = (place: StackPlace): string[] =>
  place.files.map((file) => posix.join(place.absoluteFolder, posix.relative(place.folder, file)));
