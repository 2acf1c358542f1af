import { constants } from "node:fs";
import { access } from "node:fs/promises";
import { homedir } from "node:os";
import { delimiter, isAbsolute, join } from "node:path";
import type { ComposeState } from "../../../shared/protocol/stack.ts";
import { AppError } from "../../../shared/server/errors.ts";
import { runChild, searchPath } from "../../../shared/server/run-child.ts";
import { composeErrors } from "../messages.ts";
import { type ComposeOptions, type ComposeProject, type ComposeVerb, composeArguments } from "./arguments.ts";

/** `up` pulls and builds images. */
const TIMEOUT_MS: Record<ComposeVerb, number> = {
  config: 30_000,
  up: 60 * 60_000,
  pull: 60 * 60_000,
  down: 10 * 60_000,
  start: 10 * 60_000,
  stop: 10 * 60_000,
  restart: 10 * 60_000,
};
const VERSION_TIMEOUT_MS = 15_000;

export interface ComposeRun {
  verb: ComposeVerb;
  project: ComposeProject;
  options?: ComposeOptions;
  /** Text of the compose file, when the project's file is `-`. */
  input?: string;
  signal?: AbortSignal;
  onLine(line: string): void;
}

/** The Docker Compose that is installed on this host, behind a fixed set of calls. */
export interface Compose {
  /** The result of the last detection. */
  state(): Promise<ComposeState>;
  /** Searches for Compose again. */
  detect(): Promise<ComposeState>;
  /**
   * Runs one call to its end.
   * @throws AppError `not_supported` (not installed), `conflict` (Compose reported an error in its lines),
   * `upstream_unavailable` (it took too long or could not be started); the reason of `signal` when aborted.
   */
  run(run: ComposeRun): Promise<void>;
  /** Ends a detection in progress. */
  close(): void;
}

export interface ComposeHostOptions {
  dockerHost: string;
  /** Folders to search for programs, in the form of PATH; the server's own PATH when absent. */
  path?: string;
}

interface Tool {
  program: string;
  /** Arguments in front of Compose's own. */
  prefix: string[];
  state: ComposeState;
}

const missing: ComposeState = {
  installed: false,
  kind: null,
  version: null,
  hint: composeErrors.notInstalled,
};

export function createCompose({ dockerHost, path }: ComposeHostOptions): Compose {
  let tool: Promise<Tool | null> | undefined;
  const closing = new AbortController();
  // Nothing else: compose files can read variables from it.
  const env = { PATH: searchPath(), HOME: homedir(), DOCKER_HOST: dockerHost };

  const versionOf = async (program: string, prefix: string[]): Promise<string | null> => {
    const lines: string[] = [];
    const args = [...prefix, "version", "--short"];
    try {
      const onLine = (line: string) => void (lines.length < 20 && lines.push(line));
      const { code } = await runChild({
        program,
        args,
        cwd: homedir(),
        env,
        timeoutMs: VERSION_TIMEOUT_MS,
        onLine,
        signal: closing.signal,
      });
      // Before 2.x the plugin printed a leading `v`.
      const version = lines.map((line) => /^v?(\d+\.\d+[\w.+~-]{0,60})$/.exec(line.trim())?.[1]).find(Boolean);
      return code === 0 ? (version ?? null) : null;
    } catch {
      return null;
    }
  };

  /** Prefers the plugin: a separate program beside it is usually Compose 1.x. */
  const find = async (): Promise<Tool | null> => {
    for (const { name, prefix, kind } of [
      { name: "docker", prefix: ["compose"], kind: "plugin" as const },
      { name: "docker-compose", prefix: [], kind: "program" as const },
    ]) {
      const program = await findProgram(name, path ?? searchPath());
      const version = program && (await versionOf(program, prefix));
      if (program && version) return { program, prefix, state: { installed: true, kind, version, hint: null } };
    }
    return null;
  };
  const found = () => {
    tool ??= find();
    return tool;
  };

  return {
    state: async () => (await found())?.state ?? missing,
    async detect() {
      tool = find();
      return (await tool)?.state ?? missing;
    },
    async run({ verb, project, options, input, signal, onLine }) {
      const used = await found();
      if (!used) throw new AppError("not_supported", missing.hint ?? "");
      const args = [...used.prefix, ...composeArguments(used.state, project, verb, options)];
      const { code, timedOut } = await runChild({
        program: used.program,
        args,
        cwd: project.folder,
        env,
        timeoutMs: TIMEOUT_MS[verb],
        onLine,
        input,
        signal,
      }).catch((error: unknown) => {
        signal?.throwIfAborted(); // cancelled before the start
        throw new AppError("upstream_unavailable", composeErrors.notStarted, { cause: error });
      });
      if (timedOut) throw new AppError("upstream_unavailable", composeErrors.timedOut);
      signal?.throwIfAborted();
      if (code !== 0) throw new AppError("conflict", composeErrors.failed);
    },
    close: () => closing.abort(),
  };
}

/** Finds the absolute path of a program. Relative folders in PATH are skipped: they depend on the working directory. */
async function findProgram(name: string, path: string): Promise<string | undefined> {
  for (const folder of path.split(delimiter).filter(isAbsolute)) {
    const program = join(folder, name);
    if (await isExecutable(program)) return program;
  }
  return undefined;
}

const isExecutable = (path: string): Promise<boolean> =>
  access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
