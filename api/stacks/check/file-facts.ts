import { envVariables } from "../env/env-file.ts";
import { type DefinedServices, projectNameOf, readDefinedServices } from "./defined-services.ts";

/** What the files of a stack define. */
export interface FileFacts {
  /** Undefined when a file cannot be read. */
  defined: DefinedServices | undefined;
  /** The project name from `.env` or from `name:`; null when neither sets one. */
  projectName: { name: string; by: ".env" | "name" } | null;
}

/** @param env Text of the `.env` file, empty when there is none. */
export function readFileFacts(texts: readonly string[] | undefined, env: string): FileFacts {
  const variables = new Map(envVariables(env).map(({ name, value }) => [name, value]));
  const byEnv = variables.get("COMPOSE_PROJECT_NAME");
  const byFile = texts && projectNameOf(texts, variables);
  return {
    defined: texts && readDefinedServices(texts, variables),
    projectName: byEnv ? { name: byEnv, by: ".env" } : byFile ? { name: byFile, by: "name" } : null,
  };
}
