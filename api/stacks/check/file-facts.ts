import { envVariables } from "../env/env-file.ts";
import { type DefinedServices, projectNameOf, readDefinedServices } from "./defined-services.ts";

/** What the texts of a stack say. */
export interface FileFacts {
  /** Undefined when a file cannot be read. */
  defined: DefinedServices | undefined;
  /** What Compose would call the project by the files alone: by `.env`, or by `name:`. Null when neither names it. */
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
