import { constants } from "node:fs";
import { access } from "node:fs/promises";
import { homedir } from "node:os";
import { delimiter, isAbsolute, join } from "node:path";
import type { ComposeState } from "../../../shared/protocol/stack.ts";
import { AppError } from "../../../shared/server/errors.ts";
import { type ComposeOptions, type ComposeProject, type ComposeVerb, composeArguments } from "./arguments.ts";
import { runChild, searchPath } from "./child.ts";

/** `up` pulls and builds images. */
const LIMIT_MS: Record<ComposeVerb, number> = {
  config: 30_000,
  up: 60 * 60_000,
  pull: 60 * 60_000,
  down: 10 * 60_000,
  stop: 10 * 60_000,
  restart: 10 * 60_000,
};
const VERSION_MS = 15_000;

export interface ComposeRun {
  verb: ComposeVerb;
  project: ComposeProject;
  options?: ComposeOptions;
  /** Text of the compose file, when the project's file is `-`. */
  input?: string;
  signal?: AbortSignal;
  onLine(line: string): void;
}

/** Docker Compose as it is installed here, behind a fixed set of calls. */
export interface Compose {
  /** What was found when it was last looked for. */
  state(): Promise<ComposeState>;
  look(): Promise<ComposeState>;
  /**
   * Resolves when the call ended well. Throws `not_supported` (not installed), `conflict` (it ended with an error, which
   * its lines tell) and `upstream_unavailable` (it took too long, or could not be started).
   */
  run(run: ComposeRun): Promise<void>;
  /** Ends a look for the program that is under way. */
  close(): void;
}

export interface ComposeHostOptions {
  dockerHost: string;
  /** Folders programs are looked for in, as PATH has them; the server's own when absent. */
  path?: string;
}

interface Tool {
  program: string;
  /** What comes before Compose's own arguments. */
  before: string[];
  state: ComposeState;
}

const missing: ComposeState = {
  installed: false,
  kind: null,
  version: null,
  hint: "Docker Compose is not installed on this host: install the package docker-compose-plugin or docker-compose.",
};

export function createCompose({ dockerHost, path }: ComposeHostOptions): Compose {
  let tool: Promise<Tool | null> | undefined;
  const closing = new AbortController();

  const versionOf = async (program: string, before: string[]): Promise<string | null> => {
    const lines: string[] = [];
    const args = [...before, "version", "--short"];
    try {
      const onLine = (line: string) => void (lines.length < 20 && lines.push(line));
      const { code } = await runChild({
        program,
        args,
        cwd: homedir(),
        dockerHost,
        limitMs: VERSION_MS,
        onLine,
        signal: closing.signal,
      });
      // Before 2.x the plugin wrote a `v` in front.
      const version = lines.map((line) => /^v?(\d+\.\d+[\w.+~-]{0,60})$/.exec(line.trim())?.[1]).find(Boolean);
      return code === 0 ? (version ?? null) : null;
    } catch {
      return null;
    }
  };

  /** The plugin comes first: a program of its own beside it is most often the old generation. */
  const find = async (): Promise<Tool | null> => {
    for (const { name, before, kind } of [
      { name: "docker", before: ["compose"], kind: "plugin" as const },
      { name: "docker-compose", before: [], kind: "program" as const },
    ]) {
      const program = await findProgram(name, path ?? searchPath());
      const version = program && (await versionOf(program, before));
      if (program && version) return { program, before, state: { installed: true, kind, version, hint: null } };
    }
    return null;
  };
  const found = () => {
    tool ??= find();
    return tool;
  };

  return {
    state: async () => (await found())?.state ?? missing,
    async look() {
      tool = find();
      return (await tool)?.state ?? missing;
    },
    async run({ verb, project, options, input, signal, onLine }) {
      const used = await found();
      if (!used) throw new AppError("not_supported", missing.hint ?? "");
      const args = [...used.before, ...composeArguments(used.state, project, verb, options)];
      const limitMs = LIMIT_MS[verb];
      const { code, timedOut } = await runChild({
        program: used.program,
        args,
        cwd: project.folder,
        dockerHost,
        limitMs,
        onLine,
        ...(input === undefined ? {} : { input }),
        ...(signal === undefined ? {} : { signal }),
      }).catch((error: unknown) => {
        signal?.throwIfAborted(); // it was cancelled before it began
        throw new AppError("upstream_unavailable", "Docker Compose could not be started.", { cause: error });
      });
      if (timedOut) throw new AppError("upstream_unavailable", "Docker Compose took too long and was ended.");
      signal?.throwIfAborted();
      if (code !== 0) throw new AppError("conflict", "Docker Compose ended with an error; its output says why.");
    },
    close: () => closing.abort(),
  };
}

/** Absolute path of an executable file; a PATH with relative folders would run what lies where the server was started. */
async function findProgram(name: string, path: string): Promise<string | undefined> {
  for (const folder of path.split(delimiter).filter(isAbsolute)) {
    const program = join(folder, name);
    if (await access(program, constants.X_OK).then(...([() => true, () => false] as const))) return program;
  }
  return undefined;
}
