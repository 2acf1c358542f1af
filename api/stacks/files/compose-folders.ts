import { posix } from "node:path";
import type { FileRoot } from "../../../shared/files/root/files.ts";
import type { FileEntry } from "../../../shared/protocol/file.ts";
import { AppError } from "../../../shared/server/errors.ts";

/** File names that Compose searches for, in its order. */
const composeNames = ["compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml"] as const;
export const mainComposeName = composeNames[0];
const overrideOf = (name: string) => name.replace(/\.ya?ml$/, ".override$&");

/** Entries of one folder that are searched for compose files. */
export const MAX_FOLDER_ENTRIES = 1_000;
/** Folders of one root that are searched. */
const MAX_FOLDERS = 500;
/** Levels below a root: `apps/web/compose.yaml` is found; deeper files usually belong to another project. */
const MAX_DEPTH = 2;

/** The compose files that Compose uses by default in a folder, main file first. Includes links, which may be followed. */
export function composeFilesOf(folder: string, entries: readonly Pick<FileEntry, "name" | "kind">[]): string[] {
  const names = new Set(entries.filter(({ kind }) => kind === "file" || kind === "symlink").map(({ name }) => name));
  const main = composeNames.find((name) => names.has(name));
  if (main === undefined) return [];
  return [main, overrideOf(main)].filter((name) => names.has(name)).map((name) => posix.join(folder, name));
}

export interface ComposeFolders {
  folders: { folder: string; files: string[] }[];
  /** False when there are more folders than are searched. */
  complete: boolean;
}

/**
 * Finds the folders below a root that contain a compose file, the highest first. Skips hidden folders, `node_modules`,
 * folders inside a folder with a compose file, and folders that cannot be read.
 */
export async function findComposeFolders(root: FileRoot): Promise<ComposeFolders> {
  const found: ComposeFolders = { folders: [], complete: true };
  let searched = 0;
  let level = ["/"];
  for (let depth = 0; depth <= MAX_DEPTH && level.length > 0; depth++) {
    const below: string[] = [];
    for (const folder of level) {
      if (++searched > MAX_FOLDERS) return { ...found, complete: false };
      const { entries, next } = await root.list(folder, { limit: MAX_FOLDER_ENTRIES }).catch(skipUnreadable);
      if (next !== null) found.complete = false;
      const files = composeFilesOf(folder, entries);
      if (files.length > 0) found.folders.push({ folder, files });
      if (files.length > 0 && depth > 0) continue;
      for (const { name, kind, hidden } of entries) {
        if (kind === "directory" && !hidden && name !== "node_modules") below.push(posix.join(folder, name));
      }
    }
    level = below;
  }
  return found;
}

function skipUnreadable(error: unknown): { entries: FileEntry[]; next: null } {
  if (error instanceof AppError && error.code !== "internal") return { entries: [], next: null };
  throw error;
}
