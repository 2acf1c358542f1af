import type { ComposeReader } from "../check/compose-reader.ts";
import type { FileFacts } from "../check/file-facts.ts";
import { readEnvText } from "../env/variables.ts";
import type { StackPlace } from "./locations.ts";
import { readStackFiles } from "./stack-files.ts";

/** What a stack's files say, as they are on the disk. */
export interface ComposeFacts extends FileFacts {
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
export function createComposeFacts(reader: Pick<ComposeReader, "facts">): ComposeFactsReader {
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
      const texts = files?.map(({ content }) => content);
      const facts = { ...(await reader.facts(texts, env?.content ?? "")), envFault };
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
