import { posix } from "node:path";
import type { ComposeState, Stack, StackLock } from "../../../shared/protocol/stack.ts";
import type { DependencyState } from "../../../shared/protocol/system.ts";
import { AppError } from "../../../shared/server/errors.ts";
import type { DockerEngine } from "../../docker/docker-engine.ts";
import type { Compose } from "../compose/compose.ts";
import type { ComposeFacts, ComposeFactsReader } from "../files/compose-facts.ts";
import type { LocatedStack, StackLocation, StackLocations } from "../files/locations.ts";
import type { OpenStack } from "../files/open-stack.ts";
import { stackErrors } from "../messages.ts";
import { foldersOf, type HostSnapshot, readHostSnapshot } from "./host-snapshot.ts";
import type { KnownStacks } from "./known-stacks.ts";
import { type ListedStacks, projectNameOfFolder } from "./listed-stacks.ts";
import type { NamedFolders } from "./named-folders.ts";
import { noticesOf } from "./notices.ts";
import type { ProjectContainer } from "./projects.ts";
import { createStackLocator, locationIn } from "./stack-locator.ts";
import { stackStatus } from "./status.ts";

/** A stack and the parts it was described from. */
export interface FoundStack {
  stack: Stack;
  containers: readonly ProjectContainer[];
  located: LocatedStack;
  /** Undefined when its files cannot be reached. */
  facts: ComposeFacts | undefined;
  engine: DependencyState;
  compose: ComposeState;
}

/** A stack to act on: by its files or, without a location, by its containers alone. */
export interface StackTarget {
  name: string;
  /** Null when the files can be changed. */
  readOnlyReason: StackLock;
  location: StackLocation | undefined;
}

export interface StackList {
  stacks: Stack[];
  engine: DependencyState;
  compose: ComposeState;
  /** False when the listed folders hold more than is searched. */
  complete: boolean;
}

/** Finds stacks by the containers on the host and by the files in its folders. */
export interface StackRegistry {
  /** Every stack, sorted by name. */
  list(): Promise<StackList>;
  /** @throws AppError `not_found`. */
  find(name: string): Promise<FoundStack>;
  /**
   * The location of a stack's files.
   * @throws AppError `not_found`, `forbidden` with the reason when the files cannot be reached.
   */
  location(name: string): Promise<StackLocation>;
  /**
   * A stack whose files may be changed.
   * @throws AppError `not_found`, `forbidden` with the reason when it is read-only.
   */
  open(name: string): Promise<OpenStack>;
  /** @throws AppError `not_found`. */
  target(name: string): Promise<StackTarget>;
  /**
   * Stores the folder of a stack whose containers name none that can be opened.
   * @throws AppError `not_found`, `conflict` when its files are known or another project uses the folder, `invalid_input` for a
   * folder outside of the listed ones, without a compose file or of another project.
   */
  nameFolder(name: string, folder: string, by: string): Promise<void>;
  /** @throws AppError `not_found` when no folder was named. */
  forgetFolder(name: string): void;
  /** @throws AppError `conflict` when the name is taken, `upstream_unavailable` when the Engine does not respond. */
  refuseTaken(name: string): Promise<void>;
  /**
   * @throws AppError `conflict` while another project has containers that were created from the folder,
   * `upstream_unavailable` when the Engine does not respond.
   */
  refuseShared(stack: OpenStack): Promise<void>;
}

export interface StackRegistryDeps {
  docker: Pick<DockerEngine, "projects">;
  compose: Pick<Compose, "state">;
  locations: StackLocations;
  facts: ComposeFactsReader;
  known: KnownStacks;
  named: NamedFolders;
  listed(): Promise<ListedStacks>;
  /** The job about a stack that was running when the server was killed. */
  interruptedOf(name: string): { kind: string; startedAt: string } | undefined;
}

export function createStackRegistry(deps: StackRegistryDeps): StackRegistry {
  const { docker, facts, known, listed, locations, named } = deps;
  const locator = createStackLocator(deps);

  const describe = async (name: string, host: HostSnapshot): Promise<FoundStack> => {
    const containers = host.byProject.get(name) ?? [];
    const located = await locator.locate(name, host);
    const location = locationIn(located);
    const read = location && (await facts.read(location));
    const parts = { containers, located, facts: read, engine: host.engine, compose: host.compose };
    return {
      ...parts,
      stack: toStack(name, parts, host, { interrupted: deps.interruptedOf(name), named: named.find(name) }),
    };
  };

  const find = async (name: string): Promise<FoundStack> => {
    const host = await readHostSnapshot(deps);
    const found = await describe(name, host);
    const exists = host.byProject.has(name) || host.managedNames.has(name) || locationIn(found.located) !== undefined;
    if (!exists) throw new AppError("not_found", stackErrors.notFound);
    return found;
  };

  const refuseShared: StackRegistry["refuseShared"] = async ({ name, location }) => {
    const folders = await foldersOf(await docker.projects.containers());
    const others = folders.below(location.absoluteFolder, name);
    if (others.length > 0) throw new AppError("conflict", stackErrors.folderInUse(others));
  };

  return {
    async list() {
      const host = await readHostSnapshot(deps);
      const stacks: Stack[] = [];
      for (const name of new Set([...host.managedNames, ...host.byProject.keys()])) {
        stacks.push((await describe(name, host)).stack);
      }
      const used = new Set(stacks.map(({ folder }) => folder));
      for (const name of await locator.namesWithoutContainers(host, used)) {
        stacks.push((await describe(name, host)).stack);
      }
      stacks.sort((a, b) => (a.name < b.name ? -1 : 1));
      return { stacks, engine: host.engine, compose: host.compose, complete: host.listed.complete };
    },
    find,
    async location(name) {
      const { located } = await find(name);
      if ("readOnlyReason" in located) throw new AppError("forbidden", located.explanation);
      return located.location;
    },
    async open(name) {
      const { stack, located } = await find(name);
      const location = locationIn(located);
      if (!location || stack.lock !== null) throw new AppError("forbidden", stack.reason ?? "");
      return { name: stack.name, location };
    },
    async target(name) {
      const { stack, located } = await find(name);
      return { name, readOnlyReason: stack.lock, location: locationIn(located) };
    },
    async nameFolder(name, folder, by) {
      const { stack, located } = await find(name);
      if (stack.lock === "name") throw new AppError("invalid_input", stackErrors.nameNotAccepted);
      if (locationIn(located) && !stack.named) throw new AppError("conflict", stackErrors.folderIsKnown);
      const there = await locations.inFolder(folder);
      if ("readOnlyReason" in there) {
        const isOutside = there.readOnlyReason === "outside";
        throw new AppError("invalid_input", isOutside ? stackErrors.folderOutside : there.explanation);
      }
      const { location } = there;
      const { projectName } = await facts.read(location);
      const project = projectName?.name ?? projectNameOfFolder(location.absoluteFolder);
      if (project !== name) throw new AppError("invalid_input", stackErrors.otherProject(project));
      await refuseShared({ name, location });
      named.set(name, location.absoluteFolder, by);
    },
    forgetFolder(name) {
      if (!named.forget(name)) throw new AppError("not_found", stackErrors.noNamedFolder);
    },
    async refuseTaken(name) {
      const containers = await docker.projects.containers();
      if (containers.some(({ project }) => project === name)) {
        throw new AppError("conflict", stackErrors.nameTakenByContainers);
      }
      if (!known.find(name) && !(await listed()).byName.has(name)) return;
      const found = await find(name).catch(() => undefined);
      if (locationIn(found?.located)?.managed === false) throw new AppError("conflict", stackErrors.nameTakenByFolder);
    },
    refuseShared,
  };
}

/** The stack as callers see it. */
function toStack(
  name: string,
  { containers, located, facts, engine, compose }: Omit<FoundStack, "stack">,
  host: HostSnapshot,
  { interrupted, named }: { interrupted: ReturnType<StackRegistryDeps["interruptedOf"]>; named: string | undefined },
): Stack {
  const location = locationIn(located);
  const labels = containers.find(({ workingDir }) => workingDir !== "");
  const unreachable = "readOnlyReason" in located ? located : undefined;
  const missingCompose = compose.installed ? null : "compose-missing";
  return {
    name,
    ...stackStatus(containers, facts?.defined, engine.state === "up"),
    own: location?.managed ?? false,
    named: location !== undefined && location.absoluteFolder === named,
    lock: unreachable?.readOnlyReason ?? missingCompose,
    folder: location?.absoluteFolder ?? labels?.workingDir ?? "",
    files: location?.files.map((file) => posix.relative(location.folder, file)) ?? labels?.configFiles ?? [],
    reason: unreachable?.explanation ?? (missingCompose && compose.hint),
    notices: noticesOf(name, location, facts, host),
    interrupted: interrupted
      ? { verb: interrupted.kind.split(":")[1] ?? interrupted.kind, startedAt: interrupted.startedAt }
      : null,
  };
}
