import type { InterruptedSave, VersionChoice } from "../../shared/protocol/file.ts";
import type { ComposeState, Finding, StackDetail, StackFile } from "../../shared/protocol/stack.ts";
import type { DependencyState } from "../../shared/protocol/system.ts";
import { AppError } from "../../shared/server/errors.ts";
import type { DockerEngine } from "../docker/docker-engine.ts";
import { createComposeReader } from "./check/check-thread.ts";
import { createStackChecker } from "./check/checker.ts";
import type { Compose } from "./compose/compose.ts";
import { changeEnv, type EnvVariable } from "./env/env-file.ts";
import {
  createVariables,
  readVariables,
  type StackVariables,
  secretsOf,
  type VariablesChange,
  writeVariables,
} from "./env/variables.ts";
import { createComposeFacts } from "./files/compose-facts.ts";
import type { StackLocations } from "./files/locations.ts";
import type { OpenStack } from "./files/open-stack.ts";
import type { Revisions } from "./files/revisions.ts";
import { interruptedSaves, readStackFile, readStackFiles, writeStackFile } from "./files/stack-files.ts";
import { stackErrors } from "./messages.ts";
import { joinServices } from "./registry/joined-services.ts";
import type { KnownStacks } from "./registry/known-stacks.ts";
import { createListedStacks } from "./registry/listed-stacks.ts";
import type { NamedFolders } from "./registry/named-folders.ts";
import {
  createStackRegistry,
  type StackList,
  type StackRegistry,
  type StackRegistryDeps,
  type StackTarget,
} from "./registry/registry.ts";
import { locationIn } from "./registry/stack-locator.ts";

/** Reads and changes stacks. Every method with a name throws AppError `not_found` for an unknown stack. */
export interface Stacks {
  list(): Promise<StackList>;
  detail(name: string): Promise<{ stack: StackDetail; engine: DependencyState; compose: ComposeState }>;
  /**
   * A stack to change or to act on.
   * @throws AppError `forbidden` with the reason when it is read-only.
   */
  open(name: string): Promise<OpenStack>;
  /** A stack to stop or take down: by its files or, when they cannot be reached, by its containers. */
  target(name: string): Promise<StackTarget>;
  /** See {@link StackRegistry}. */
  nameFolder: StackRegistry["nameFolder"];
  forgetFolder: StackRegistry["forgetFolder"];
  readFile(name: string, index: number): Promise<StackFile>;
  /**
   * Writes a compose file and stores the previous text as a revision.
   * @param etag Of the text that was read before.
   * @throws AppError `conflict` when the file has changed, `invalid_input` for a text that Compose rejects, `forbidden` for a
   * read-only stack, `confirmation_required` for a file with several hard links.
   */
  writeFile(
    name: string,
    index: number,
    content: string,
    etag: string,
    by: string,
    allowHardLinks?: boolean,
  ): Promise<StackFile>;
  /** Interrupted saves of its files, with paths inside its folder. */
  interruptedSaves(name: string): Promise<InterruptedSave[]>;
  /**
   * Resolves an interrupted save with one of its versions.
   * @throws AppError `not_found`, `forbidden`.
   */
  chooseVersion(name: string, id: string, version: VersionChoice): Promise<void>;
  /**
   * Creates the folder, variables and compose file of a new stack; removes the folder again when one of them fails.
   * @throws AppError `not_supported` without Compose, `conflict` when the name is taken, `invalid_input` for a text that
   * Compose rejects.
   */
  create(name: string, content: string, env: Readonly<Record<string, string>>): Promise<void>;
  /** Names of the variables in `.env`. Values never leave the server. */
  env(name: string): Promise<StackVariables>;
  writeEnv(name: string, change: VariablesChange & { etag: string | null }): Promise<StackVariables>;
  /**
   * Checks a text, as a file of that stack or of a new one.
   * @param thorough Also run Compose, when the stack has one file and is not read-only.
   */
  check(content: string, name: string | undefined, thorough: boolean): Promise<Finding[]>;
  /** @throws AppError `invalid_input` with the first error Compose finds in the files on the disk. */
  refuseBroken(stack: OpenStack, signal?: AbortSignal): Promise<void>;
  /** Texts of the files, main file first. */
  texts(stack: OpenStack): Promise<StackFile[]>;
  /** Values that must be masked in output. */
  secrets(stack: OpenStack): Promise<EnvVariable[]>;
  /**
   * @throws AppError `conflict` while another project has containers that were created from the stack's folder,
   * `upstream_unavailable` when the Engine does not respond.
   */
  refuseShared(stack: OpenStack): Promise<void>;
  /**
   * Deletes the folder of a managed stack with everything in it.
   * @throws AppError `forbidden` for other stacks.
   */
  removeFolder(stack: OpenStack): Promise<void>;
}

export interface StacksDeps {
  docker: Pick<DockerEngine, "list" | "projects">;
  compose: Compose;
  locations: StackLocations;
  revisions: Revisions;
  known: KnownStacks;
  named: NamedFolders;
  interruptedOf: StackRegistryDeps["interruptedOf"];
}

export function createStacks({
  docker,
  compose,
  locations,
  revisions,
  known,
  named,
  interruptedOf,
}: StacksDeps): Stacks {
  const reader = createComposeReader();
  const facts = createComposeFacts(reader);
  const listed = createListedStacks(locations, facts);
  const registry = createStackRegistry({ docker, compose, locations, facts, known, named, listed, interruptedOf });
  const checker = createStackChecker({ docker, compose, reader });

  return {
    list: registry.list,

    async detail(name) {
      const { stack, containers, located, facts: read, engine, compose: tool } = await registry.find(name);
      const location = locationIn(located);
      const files = location && (await readStackFiles(location).catch(() => undefined));
      const defined = read?.defined;
      const applied = revisions.applied(name);
      const appliedAt =
        [...applied.values()]
          .map(({ savedAt }) => savedAt)
          .sort()
          .at(-1) ?? null;
      const changed =
        files && applied.size > 0 ? files.some((file) => applied.get(file.name)?.etag !== file.etag) : null;
      return {
        stack: {
          ...stack,
          services: joinServices(defined, containers),
          readable: defined !== undefined,
          appliedAt,
          changed,
        },
        engine,
        compose: tool,
      };
    },

    open: registry.open,
    target: registry.target,
    refuseShared: registry.refuseShared,
    nameFolder: registry.nameFolder,
    forgetFolder: registry.forgetFolder,

    readFile: async (name, index) => readStackFile(await registry.location(name), index),

    async writeFile(name, index, content, etag, by, allowHardLinks) {
      const stack = await registry.open(name);
      const before = await readStackFile(stack.location, index);
      if (before.etag !== etag) throw new AppError("conflict", stackErrors.fileChanged);
      await checker.refuseText(stack, content);
      const file = await writeStackFile(stack.location, index, content, etag, allowHardLinks);
      if (before.etag !== file.etag) revisions.keep("replaced", name, before, by);
      return file;
    },

    interruptedSaves: async (name) => interruptedSaves(await registry.location(name)),

    async chooseVersion(name, id, version) {
      const { location } = await registry.open(name);
      if (!(await interruptedSaves(location)).some((save) => save.id === id)) {
        throw new AppError("not_found", stackErrors.noSuchSave);
      }
      await location.root.chooseVersion(id, version);
    },

    async create(name, content, env) {
      const tool = await compose.state();
      if (!tool.installed) throw new AppError("not_supported", tool.hint ?? "");
      await registry.refuseTaken(name);
      await checker.refuseUnreadable(content);
      const variables = changeEnv("", { set: env, remove: [] });
      await locations.create(name, async (location) => {
        // Variables come first: Compose reads them when it checks the file.
        await createVariables(location, variables);
        await checker.refuseText({ name, location }, content);
        await writeStackFile(location, 0, content, undefined);
      });
      revisions.forget(name);
    },

    env: async (name) => readVariables(await registry.location(name)),

    async writeEnv(name, { etag, ...change }) {
      const { location } = await registry.open(name);
      return writeVariables(location, change, etag);
    },

    async check(content, name, thorough) {
      const found = name === undefined ? undefined : await registry.find(name).catch(() => undefined);
      const location = locationIn(found?.located);
      const findings = await checker.check(content, name, location);
      const unreadable = findings.some(({ source, severity }) => source === "yaml" && severity === "error");
      if (!thorough || !location || unreadable || found?.stack.lock !== null || location.files.length > 1)
        return findings;
      return [...findings, ...(await checker.checkWithCompose({ name: found.stack.name, location }, content))];
    },

    refuseBroken: checker.refuseBroken,

    texts: ({ location }) => readStackFiles(location),

    secrets: ({ location }) => secretsOf(location),

    async removeFolder({ name, location }) {
      if (!location.managed) throw new AppError("forbidden", stackErrors.deleteManagedOnly);
      await location.root.remove(location.folder);
      revisions.forget(name);
    },
  };
}
