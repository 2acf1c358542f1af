import type { ComposeState } from "../../../shared/protocol/stack.ts";

/** A compose project. The caller ensures absolute paths and a name that Compose accepts. */
export interface ComposeProject {
  name: string;
  folder: string;
  /** Absolute paths, the main file first; `-` alone reads the file from standard input. */
  files: readonly string[];
}

export interface ComposeOptions {
  recreate?: boolean;
  removeOrphans?: boolean;
  volumes?: boolean;
}

export type ComposeVerb = "config" | "up" | "down" | "start" | "stop" | "restart" | "pull";

/** The only calls of Compose, with their arguments. */
const verbs: Record<ComposeVerb, (options: ComposeOptions) => string[]> = {
  config: () => ["config", "--quiet"],
  up: ({ recreate, removeOrphans }) => [
    "up",
    "--detach",
    ...(recreate ? ["--force-recreate"] : []),
    ...(removeOrphans ? ["--remove-orphans"] : []),
  ],
  down: ({ volumes }) => ["down", "--remove-orphans", ...(volumes ? ["--volumes"] : [])],
  start: () => ["start"],
  stop: () => ["stop"],
  restart: () => ["restart"],
  pull: () => ["pull"],
};

/** Builds the arguments of one call. Every value follows a `=`, so that none can be read as an option. */
export function composeArguments(
  { version }: Pick<ComposeState, "version">,
  project: ComposeProject,
  verb: ComposeVerb,
  options: ComposeOptions = {},
): string[] {
  return [
    hasAnsiOption(version) ? "--ansi=never" : "--no-ansi",
    ...project.files.map((file) => `--file=${file}`),
    `--project-name=${project.name}`,
    `--project-directory=${project.folder}`,
    ...verbs[verb](options),
  ];
}

/** `--ansi` exists since 1.28; earlier versions have `--no-ansi`. */
function hasAnsiOption(version: string | null): boolean {
  const [major = 2, minor = 0] = (version ?? "").split(".").map(Number);
  return Number.isNaN(major) || major > 1 || minor >= 28;
}
