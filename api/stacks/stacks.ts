import { posix } from "node:path";
import { UnavailableError } from "../../shared/host/dependency.ts";
import type { ProjectContainer } from "../../shared/host/docker/projects.ts";
import type { DockerHost } from "../../shared/host/docker.ts";
import type { TextFile } from "../../shared/protocol/file.ts";
import {
  COMPOSE_FILE_MAX,
  type ComposeState,
  type Finding,
  type Stack,
  type StackDetail,
  type StackFile,
  stackName,
} from "../../shared/protocol/stack.ts";
import type { DependencyState } from "../../shared/protocol/system.ts";
import { AppError } from "../../shared/server/errors.ts";
import type { Compose } from "../compose/compose.ts";
import { checkComposeText } from "./check/check.ts";
import { listeningPorts } from "./check/ports.ts";
import { readVerdict } from "./check/verdict.ts";
import { changeEnv, type EnvVariable, envNames, envVariables } from "./env-file.ts";
import { createMask } from "./mask.ts";
import { absoluteFile, type Located, type StackPlace, type StackPlaces } from "./places.ts";
import type { Revisions } from "./revisions.ts";
import { joinServices, servicesOf, stateOf } from "./view.ts";

/** A stack whose files are at hand and that may be changed. */
export interface OpenStack {
  name: string;
  place: StackPlace;
}

export interface EnvFile {
  names: string[];
  /** Null when there is no file. */
  etag: string | null;
}

export interface Stacks {
  list(): Promise<{ stacks: Stack[]; engine: DependencyState; compose: ComposeState }>;
  detail(name: string): Promise<{ stack: StackDetail; engine: DependencyState; compose: ComposeState }>;
  /** The stack, to be changed or acted on; `forbidden` with the reason when it is locked. */
  open(name: string): Promise<OpenStack>;
  readFile(name: string, index: number): Promise<StackFile>;
  /** Refuses what Compose refuses; keeps what was there before. */
  writeFile(name: string, index: number, content: string, etag: string, by: string): Promise<StackFile>;
  create(name: string, content: string, env: Readonly<Record<string, string>>): Promise<void>;
  /** Names of the variables beside the file. Values stay where they are. */
  env(name: string): Promise<EnvFile>;
  writeEnv(
    name: string,
    change: { set: Record<string, string>; remove: string[]; etag: string | null },
  ): Promise<EnvFile>;
  /** What can be said of a text, as the file of that stack or of a new one. */
  check(content: string, name: string | undefined, thorough: boolean): Promise<Finding[]>;
  /** Throws `invalid_input` with the first fault Compose finds in the files as they are on the disk. */
  refuseBroken(stack: OpenStack, signal?: AbortSignal): Promise<void>;
  /** Texts of the files, main file first. */
  texts(stack: OpenStack): Promise<StackFile[]>;
  /** Variables whose values must not be shown in output. */
  secrets(stack: OpenStack): Promise<EnvVariable[]>;
  /** Removes the folder of a stack of the panel's own; what it held is gone. */
  removeFolder(stack: OpenStack): Promise<void>;
}

export interface StacksDeps {
  docker: Pick<DockerHost, "list" | "projects">;
  compose: Compose;
  places: StackPlaces;
  revisions: Revisions;
}

const ENV_FILE = ".env";

export function createStacks({ docker, compose, places, revisions }: StacksDeps): Stacks {
  /** An absent Engine is a state, and no error: files can be looked at without it. */
  const containersOrState = async (): Promise<{ containers: ProjectContainer[]; engine: DependencyState }> => {
    try {
      return { containers: await docker.projects.containers(), engine: { state: "up" } };
    } catch (error) {
      if (!(error instanceof UnavailableError)) throw error;
      return { containers: [], engine: { state: error.state, hint: error.message } };
    }
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

  const toStack = (
    name: string,
    containers: readonly ProjectContainer[],
    located: Located,
    tool: ComposeState,
  ): Stack => {
    const told = containers.find(({ workingDir }) => workingDir !== "");
    const place = "place" in located ? located.place : undefined;
    const lock = "lock" in located ? located.lock : tool.installed ? null : "compose-missing";
    return {
      ...{ name, ...stateOf(containers), own: place?.own ?? false, lock },
      folder: place?.absoluteFolder ?? told?.workingDir ?? "",
      files: place?.files.map((file) => posix.relative(place.folder, file)) ?? told?.configFiles ?? [],
      reason: "lock" in located ? located.reason : lock === null ? null : tool.hint,
    };
  };

  const find = async (name: string) => {
    const [{ containers, engine }, tool, ownNames] = await Promise.all([
      ...([containersOrState(), compose.state(), places.ownNames()] as const),
    ]);
    const own = containers.filter(({ project }) => project === name);
    if (own.length === 0 && !ownNames.includes(name)) throw new AppError("not_found", "There is no such stack.");
    const located = await locate(name, own, ownNames.includes(name));
    return { stack: toStack(name, own, located, tool), containers: own, located, engine, tool };
  };

  const placed = async (name: string): Promise<StackPlace> => {
    const { located } = await find(name);
    if ("lock" in located) throw new AppError("forbidden", located.reason);
    return located.place;
  };

  const fileOf = (place: StackPlace, index: number): string => {
    const file = place.files[index];
    if (file === undefined) throw new AppError("not_found", "The stack has no such file.");
    return file;
  };

  const toStackFile = (place: StackPlace, index: number, { content, etag, modifiedAt }: TextFile): StackFile => ({
    ...{ index, name: posix.relative(place.folder, fileOf(place, index)), content, etag, modifiedAt },
  });

  const read = async (place: StackPlace, index: number): Promise<StackFile> => {
    const file = await place.root.readText(fileOf(place, index));
    if (file.size > COMPOSE_FILE_MAX) throw new AppError("too_large", "A compose file has 256 KiB at most.");
    return toStackFile(place, index, file);
  };

  const readEnv = async (place: StackPlace): Promise<TextFile | null> => {
    try {
      return await place.root.readText(posix.join(place.folder, ENV_FILE));
    } catch (error) {
      if (error instanceof AppError && error.code === "not_found") return null;
      throw error;
    }
  };

  const open = async (name: string): Promise<OpenStack> => {
    const { stack, located } = await find(name);
    if ("lock" in located || stack.lock !== null) throw new AppError("forbidden", stack.reason ?? "");
    return { name, place: located.place };
  };

  const secretsOf = async (place: StackPlace): Promise<EnvVariable[]> => {
    const file = await readEnv(place);
    return file ? envVariables(file.content) : [];
  };
  /** Compose quotes the value it does not like. */
  const maskOf = async (place: StackPlace) => createMask(await secretsOf(place));

  /** What Compose says of a text in the place of a stack's only file; nothing when it is content. */
  const askCompose = async (stack: OpenStack, content: string, signal?: AbortSignal): Promise<Finding[]> => {
    const lines: string[] = [];
    const mask = await maskOf(stack.place);
    try {
      await compose.run({
        ...{ verb: "config", input: content, ...(signal ? { signal } : {}) },
        project: { name: stack.name, folder: stack.place.absoluteFolder, files: ["-"] },
        onLine: (line) => void (lines.length < 200 && lines.push(mask(line))),
      });
      return [];
    } catch (error) {
      if (error instanceof AppError && error.code === "conflict") return readVerdict(lines, content);
      throw error;
    }
  };

  const check = async (content: string, place: StackPlace | undefined, name: string | undefined) => {
    const [services, env] = await Promise.all([
      docker.list().catch(() => []),
      place ? readEnv(place).catch(() => null) : null,
    ]);
    const others = services.filter(
      ({ composeProject }) => composeProject !== (name ?? null) || composeProject === null,
    );
    const published = (of: typeof services) =>
      of.flatMap(({ name: by, ports }) =>
        ports.flatMap(({ hostIp = "", hostPort, protocol }) =>
          hostPort === undefined ? [] : [{ address: isAnyAddress(hostIp) ? "" : hostIp, port: hostPort, protocol, by }],
        ),
      );
    const ownPorts = new Set(published(services).map(({ port }) => port));
    // What Docker publishes is listened on by Docker: that is said with the container's name, or is the stack's own.
    const listening = listeningPorts().filter(({ port }) => !ownPorts.has(port));
    const takenPorts = [...published(others), ...listening.map((port) => ({ ...port, by: null }))];
    return checkComposeText(content, { takenPorts, variables: new Set(env ? envNames(env.content) : []) });
  };

  const refuse = (findings: readonly Finding[], sources: readonly Finding["source"][]) => {
    const fault = findings.find(({ severity, source }) => severity === "error" && sources.includes(source));
    if (fault) throw new AppError("invalid_input", `Line ${fault.line}: ${fault.message}`);
  };

  /** YAML faults first; then Compose has the last word. */
  const refuseText = async (stack: OpenStack, content: string, signal?: AbortSignal) => {
    refuse(checkComposeText(content, { takenPorts: [], variables: null }), ["yaml"]);
    if (stack.place.files.length === 1) refuse(await askCompose(stack, content, signal), ["compose"]);
  };

  return {
    async list() {
      const [{ containers, engine }, tool, ownNames] = await Promise.all([
        ...([containersOrState(), compose.state(), places.ownNames()] as const),
      ]);
      const byProject = Map.groupBy(containers, ({ project }) => project);
      const names = [...new Set([...ownNames, ...byProject.keys()])].sort();
      const stacks: Stack[] = [];
      for (const name of names) {
        const own = byProject.get(name) ?? [];
        stacks.push(toStack(name, own, await locate(name, own, ownNames.includes(name)), tool));
      }
      return { stacks, engine, compose: tool };
    },

    async detail(name) {
      const { stack, containers, located, engine, tool } = await find(name);
      const files =
        "place" in located
          ? await Promise.all(located.place.files.map((_, index) => read(located.place, index))).catch(() => undefined)
          : undefined;
      const defined = files && servicesOf(files.map(({ content }) => content));
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
          ...{ services: joinServices(defined, containers), readable: defined !== undefined, appliedAt, changed },
        },
        engine,
        compose: tool,
      };
    },

    open,

    readFile: async (name, index) => read(await placed(name), index),

    async writeFile(name, index, content, etag, by) {
      const stack = await open(name);
      const { place } = stack;
      const before = await read(place, index);
      if (before.etag !== etag) throw new AppError("conflict", "The file has changed since it was read.");
      await refuseText(stack, content);
      const file = await place.root.writeText(fileOf(place, index), content, etag);
      if (before.etag !== file.etag) revisions.keep("replaced", name, before, by);
      return toStackFile(place, index, file);
    },

    async create(name, content, env) {
      const tool = await compose.state();
      if (!tool.installed) throw new AppError("not_supported", tool.hint ?? "");
      const { containers } = await containersOrState();
      if (containers.some(({ project }) => project === name)) {
        throw new AppError("conflict", "Containers of a stack of that name are on this host already.");
      }
      refuse(checkComposeText(content, { takenPorts: [], variables: null }), ["yaml"]);
      const variables = changeEnv("", { set: env, remove: [] });
      const place = await places.make(name);
      try {
        // Variables come first: Compose looks for them when it is asked about the file.
        if (variables !== "")
          await place.root.writeText(posix.join(place.folder, ENV_FILE), variables, undefined, 0o600);
        await refuseText({ name, place }, content);
        await place.root.writeText(fileOf(place, 0), content, undefined, 0o600);
      } catch (error) {
        await place.root.remove(place.folder).catch(() => {});
        throw error;
      }
      revisions.forget(name);
    },

    async env(name) {
      const file = await readEnv(await placed(name));
      return { names: file ? envNames(file.content) : [], etag: file?.etag ?? null };
    },

    async writeEnv(name, { set, remove, etag }) {
      const { place } = await open(name);
      const before = await readEnv(place);
      if ((before?.etag ?? null) !== etag)
        throw new AppError("conflict", "The variables have changed since they were read.");
      const content = changeEnv(before?.content ?? "", { set, remove });
      const file = await place.root.writeText(posix.join(place.folder, ENV_FILE), content, before?.etag, 0o600);
      return { names: envNames(file.content), etag: file.etag };
    },

    async check(content, name, thorough) {
      const found = name === undefined ? undefined : await find(name).catch(() => undefined);
      const place = found && "place" in found.located ? found.located.place : undefined;
      const findings = await check(content, place, name);
      const unreadable = findings.some(({ source, severity }) => source === "yaml" && severity === "error");
      if (!thorough || !place || unreadable || found?.stack.lock !== null || place.files.length > 1) return findings;
      return [...findings, ...(await askCompose({ name: found.stack.name, place }, content))];
    },

    async refuseBroken(stack, signal) {
      const files = await Promise.all(stack.place.files.map((_, index) => read(stack.place, index)));
      for (const { content } of files) refuse(checkComposeText(content, { takenPorts: [], variables: null }), ["yaml"]);
      const lines: string[] = [];
      const mask = await maskOf(stack.place);
      try {
        await compose.run({
          ...{ verb: "config", project: toProject(stack), ...(signal ? { signal } : {}) },
          onLine: (line) => void (lines.length < 200 && lines.push(mask(line))),
        });
      } catch (error) {
        if (error instanceof AppError && error.code === "conflict") {
          refuse(readVerdict(lines, files[0]?.content ?? ""), ["compose"]);
        }
        throw error;
      }
    },

    texts: ({ place }) => Promise.all(place.files.map((_, index) => read(place, index))),

    secrets: ({ place }) => secretsOf(place),

    async removeFolder({ name, place }) {
      if (!place.own) throw new AppError("forbidden", "Only a stack of the panel's own folder can be deleted here.");
      await place.root.remove(place.folder);
      revisions.forget(name);
    },
  };
}

export const toProject = ({ name, place }: OpenStack) => ({
  ...{ name, folder: place.absoluteFolder, files: place.files.map((file) => absoluteFile(place, file)) },
});

const isAnyAddress = (address: string) => address === "" || address === "0.0.0.0" || address === "::";
