import type { ComposeState } from "../../../shared/protocol/stack.ts";

/** The project a call is about. Paths are absolute and the name is of Compose's grammar: the caller has seen to it. */
export interface ComposeProject {
  name: string;
  folder: string;
  /** Absolute paths, the main file first; `-` alone reads the file from the input. */
  files: readonly string[];
}

export interface ComposeOptions {
  recreate?: boolean;
  removeOrphans?: boolean;
  volumes?: boolean;
}

export type ComposeVerb = "config" | "up" | "down" | "stop" | "restart" | "pull";

/** All there is to be called; what a verb is called with is decided here and nowhere else. */
const verbs: Record<ComposeVerb, (options: ComposeOptions) => string[]> = {
  config: () => ["config", "--quiet"],
  up: ({ recreate, removeOrphans }) => [
    "up",
    "--detach",
    ...(recreate ? ["--force-recreate"] : []),
    ...(removeOrphans ? ["--remove-orphans"] : []),
  ],
  down: ({ volumes }) => ["down", "--remove-orphans", ...(volumes ? ["--volumes"] : [])],
  stop: () => ["stop"],
  restart: () => ["restart"],
  pull: () => ["pull"],
};

/** Arguments of one call. Every value stands behind a `=`, so that none can be taken for an option. */
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

/** `--ansi` came with 1.28; what was before knows `--no-ansi`. */
function hasAnsiOption(version: string | null): boolean {
  const [major = 2, minor = 0] = (version ?? "").split(".").map(Number);
  return Number.isNaN(major) || major > 1 || minor >= 28;
}
