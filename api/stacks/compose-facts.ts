import { type DefinedServices, projectNameOf, readDefinedServices } from "./defined-services.ts";
import { envVariables } from "./env-file.ts";
import type { StackPlace } from "./places.ts";
import { readStackFiles } from "./stack-files.ts";
import { readEnvText } from "./variables.ts";

/** What a stack's files say, as they are on the disk. */
export interface ComposeFacts {
  /** Undefined when a file cannot be read. */
  defined: DefinedServices | undefined;
  /** What Compose would call the project by the files alone: by `.env`, or by `name:`. Null when neither names it. */
  projectName: { name: string; by: ".env" | "name" } | null;
  /** Why the `.env` file cannot be read, in a sentence; null when it can, or is not there. */
  envFault: string | null;
}

export interface ComposeFactsReader {
  /** Never throws for what is wrong with a file. */
  read(place: StackPlace): Promise<ComposeFacts>;
}

/** Stacks whose files are remembered: a list asks for all of them time and again. */
const REMEMBERED_MAX = 1_000;

/** Reads files again only when their text is another one. */
export function createComposeFacts(): ComposeFactsReader {
  const remembered = new Map<string, { version: string; facts: ComposeFacts }>();
  return {
    async read(place) {
      const key = place.files.join("\n") + place.absoluteFolder;
      let envFault: string | null = null;
      const env = await readEnvText(place).catch((error: unknown) => {
        envFault = error instanceof Error ? error.message : "The file .env cannot be read.";
        return null;
      });
      const files = await readStackFiles(place).catch(() => undefined);
      const version = JSON.stringify([envFault, env?.etag ?? null, files?.map(({ etag }) => etag) ?? null]);
      const before = remembered.get(key);
      if (before?.version === version) return before.facts;
      const facts = toFacts(
        files?.map(({ content }) => content),
        env?.content ?? "",
        envFault,
      );
      remembered.delete(key);
      remembered.set(key, { version, facts });
      for (const oldest of remembered.keys()) {
        if (remembered.size <= REMEMBERED_MAX) break;
        remembered.delete(oldest);
      }
      return facts;
    },
  };
}

function toFacts(texts: readonly string[] | undefined, env: string, envFault: string | null): ComposeFacts {
  const variables = new Map(envVariables(env).map(({ name, value }) => [name, value]));
  const byEnv = variables.get("COMPOSE_PROJECT_NAME");
  const byFile = texts && projectNameOf(texts, variables);
  return {
    defined: texts && readDefinedServices(texts, variables),
    projectName: byEnv ? { name: byEnv, by: ".env" } : byFile ? { name: byFile, by: "name" } : null,
    envFault,
  };
}
