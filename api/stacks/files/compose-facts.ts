import type { ComposeReader } from "../check/check-thread.ts";
import type { FileFacts } from "../check/file-facts.ts";
import { readEnvText } from "../env/variables.ts";
import { stackErrors } from "../messages.ts";
import type { StackLocation } from "./locations.ts";
import { readStackFiles } from "./stack-files.ts";

/** What the files of a stack define, as they are on the disk. */
export interface ComposeFacts extends FileFacts {
  /** A sentence that says why the `.env` file cannot be read; null when it can be read or does not exist. */
  envFault: string | null;
}

export interface ComposeFactsReader {
  /** Never throws for an error in a file. */
  read(location: StackLocation): Promise<ComposeFacts>;
}

/** Stacks whose facts are cached: each list reads all of them. */
const MAX_REMEMBERED = 1_000;

/** Caches facts until a file changes. */
export function createComposeFacts(reader: Pick<ComposeReader, "facts">): ComposeFactsReader {
  const cached = new Map<string, { version: string; facts: ComposeFacts }>();
  return {
    async read(location) {
      const key = location.files.join("\n") + location.absoluteFolder;
      let envFault: string | null = null;
      const env = await readEnvText(location).catch((error: unknown) => {
        envFault = error instanceof Error ? error.message : stackErrors.envUnreadableUnknown;
        return null;
      });
      const files = await readStackFiles(location).catch(() => undefined);
      const version = JSON.stringify([envFault, env?.etag ?? null, files?.map(({ etag }) => etag) ?? null]);
      const before = cached.get(key);
      if (before?.version === version) return before.facts;
      const texts = files?.map(({ content }) => content);
      const facts = { ...(await reader.facts(texts, env?.content ?? "")), envFault };
      cached.delete(key);
      cached.set(key, { version, facts });
      for (const oldest of cached.keys()) {
        if (cached.size <= MAX_REMEMBERED) break;
        cached.delete(oldest);
      }
      return facts;
    },
  };
}
