import type { InterruptedSave, VersionChoice } from "../../shared/protocol/file.ts";
import type { ComposeState, Finding, StackDetail, StackFile } from "../../shared/protocol/stack.ts";
import type { DependencyState } from "../../shared/protocol/system.ts";
import { AppError } from "../../shared/server/errors.ts";
import type { DockerEngine } from "../docker/docker-engine.ts";
import { createStackChecker } from "./check/checker.ts";
import { createComposeReader } from "./check/compose-reader.ts";
import type { Compose } from "./compose/compose.ts";
import { changeEnv, type EnvVariable } from "./env/env-file.ts";
import {
  makeVariables,
  readVariables,
  type StackVariables,
  secretsOf,
  type VariablesChange,
  writeVariables,
} from "./env/variables.ts";
import { createComposeFacts } from "./files/compose-facts.ts";
import type { StackPlaces } from "./files/locations.ts";
import type { OpenStack } from "./files/open-stack.ts";
import type { Revisions } from "./files/revisions.ts";
import { interruptedSaves, readStackFile, readStackFiles, writeStackFile } from "./files/stack-files.ts";
import { joinServices } from "./registry/joined-services.ts";
import type { KnownStacks } from "./registry/known-stacks.ts";
import { createListedStacks } from "./registry/listed-stacks.ts";
import { createStackFinder, type StackFinderDeps, type StackList, type StackTarget } from "./registry/registry.ts";

export interface Stacks {
  list(): Promise<StackList>;
  detail(name: string): Promise<{ stack: StackDetail; engine: DependencyState; compose: ComposeState }>;
  /** The stack, to be changed or acted on; `forbidden` with the reason when it is locked. */
  open(name: string): Promise<OpenStack>;
  /** The stack, to be stopped or taken down: by its files or, where those are out of reach, by its containers. */
  target(name: string): Promise<StackTarget>;
  readFile(name: string, index: number): Promise<StackFile>;
  /** Refuses what Compose refuses; keeps what was there before. */
  writeFile(
    name: string,
    index: number,
    content: string,
    etag: string,
    by: string,
    allowHardLinks?: boolean,
  ): Promise<StackFile>;
  /** Saves of its files that were left half done, with paths inside its folder. */
  interruptedSaves(name: string): Promise<InterruptedSave[]>;
  /** Ends one of them with the version chosen. @throws AppError `not_found`, `forbidden`. */
  chooseVersion(name: string, id: string, version: VersionChoice): Promise<void>;
  create(name: string, content: string, env: Readonly<Record<string, string>>): Promise<void>;
  /** Names of the variables beside the file. Values stay where they are. */
  env(name: string): Promise<StackVariables>;
  writeEnv(name: string, change: VariablesChange & { etag: string | null }): Promise<StackVariables>;
  /** What can be said of a text, as the file of that stack or of a new one. */
  check(content: string, name: string | undefined, thorough: boolean): Promise<Finding[]>;
  /** Throws `invalid_input` with the first fault Compose finds in the files as they are on the disk. */
  refuseBroken(stack: OpenStack, signal?: AbortSignal): Promise<void>;
  /** Texts of the files, main file first. */
  texts(stack: OpenStack): Promise<StackFile[]>;
  /** Variables whose values must not be shown in output. */
  secrets(stack: OpenStack): Promise<EnvVariable[]>;
  /**
   * Throws `conflict` while another project has containers that were made from the stack's folder, and
   * `upstream_unavailable` when the Engine does not say.
   */
  refuseShared(stack: OpenStack): Promise<void>;
  /** Removes the folder of a stack of the panel's own; what it held is gone. */
  removeFolder(stack: OpenStack): Promise<void>;
}

export interface StacksDeps {
  docker: Pick<DockerEngine, "list" | "projects">;
  compose: Compose;
  places: StackPlaces;
  revisions: Revisions;
  known: KnownStacks;
  interruptedOf: StackFinderDeps["interruptedOf"];
}

export function createStacks({ docker, compose, places, revisions, known, interruptedOf }: StacksDeps): Stacks {
  const reader = createComposeReader();
  const facts = createComposeFacts(reader);
  const listed = createListedStacks(places, facts);
  const finder = createStackFinder({ docker, compose, places, facts, known, listed, interruptedOf });
  const checker = createStackChecker({ docker, compose, reader });

  return {
    list: finder.list,

    async detail(name) {
      const { stack, containers, located, facts: read, engine, compose: tool } = await finder.find(name);
      const files = "place" in located ? await readStackFiles(located.place).catch(() => undefined) : undefined;
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

    open: finder.open,
    target: finder.target,
    refuseShared: finder.refuseShared,

    readFile: async (name, index) => readStackFile(await finder.place(name), index),

    async writeFile(name, index, content, etag, by, allowHardLinks) {
      const stack = await finder.open(name);
      const before = await readStackFile(stack.place, index);
      if (before.etag !== etag) throw new AppError("conflict", "The file has changed since it was read.");
      await checker.refuseText(stack, content);
      const file = await writeStackFile(stack.place, index, content, etag, allowHardLinks);
      if (before.etag !== file.etag) revisions.keep("replaced", name, before, by);
      return file;
    },

    interruptedSaves: async (name) => interruptedSaves(await finder.place(name)),

    async chooseVersion(name, id, version) {
      const { place } = await finder.open(name);
      if (!(await interruptedSaves(place)).some((save) => save.id === id)) {
        throw new AppError("not_found", "The stack has no such interrupted save.");
      }
      await place.root.chooseVersion(id, version);
    },

    async create(name, content, env) {
      const tool = await compose.state();
      if (!tool.installed) throw new AppError("not_supported", tool.hint ?? "");
      await finder.refuseTaken(name);
      await checker.refuseUnreadable(content);
      const variables = changeEnv("", { set: env, remove: [] });
      const place = await places.make(name);
      try {
        // Variables come first: Compose looks for them when it is asked about the file.
        await makeVariables(place, variables);
        await checker.refuseText({ name, place }, content);
        await writeStackFile(place, 0, content, undefined);
      } catch (error) {
        await place.root.remove(place.folder).catch(() => {});
        throw error;
      }
      revisions.forget(name);
    },

    env: async (name) => readVariables(await finder.place(name)),

    async writeEnv(name, { etag, ...change }) {
      const { place } = await finder.open(name);
      return writeVariables(place, change, etag);
    },

    async check(content, name, thorough) {
      const found = name === undefined ? undefined : await finder.find(name).catch(() => undefined);
      const place = found && "place" in found.located ? found.located.place : undefined;
      const findings = await checker.look(content, name, place);
      const unreadable = findings.some(({ source, severity }) => source === "yaml" && severity === "error");
      if (!thorough || !place || unreadable || found?.stack.lock !== null || place.files.length > 1) return findings;
      return [...findings, ...(await checker.ask({ name: found.stack.name, place }, content))];
    },

    refuseBroken: checker.refuseBroken,

    texts: ({ place }) => readStackFiles(place),

    secrets: ({ place }) => secretsOf(place),

    async removeFolder({ name, place }) {
      if (!place.own) throw new AppError("forbidden", "Only a stack of the panel's own folder can be deleted here.");
      await place.root.remove(place.folder);
      revisions.forget(name);
    },
  };
}
