import { posix } from "node:path";
import type { FileRoot } from "../../../shared/files/root/files.ts";
import type { FileEntry } from "../../../shared/protocol/file.ts";
import { AppError } from "../../../shared/server/errors.ts";

/** As Compose looks for them, in its order. */
const composeNames = ["compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml"] as const;
export const mainComposeName = composeNames[0];
const overrideOf = (name: string) => name.replace(/\.ya?ml$/, ".override$&");

/** Entries of one folder that are looked at for compose files. */
export const FOLDER_ENTRIES_MAX = 1_000;
/** Folders of one root that are looked into. */
const FOLDERS_MAX = 500;
/** Levels below a root: `apps/web/compose.yaml` is found, what lies deeper is most often a part of another project. */
const DEPTH_MAX = 2;

/** The compose files Compose would take of a folder by itself, main file first. Links count: they may be followed. */
export function composeFilesOf(folder: string, entries: readonly Pick<FileEntry, "name" | "kind">[]): string[] {
  const names = new Set(entries.filter(({ kind }) => kind === "file" || kind === "symlink").map(({ name }) => name));
  const main = composeNames.find((name) => names.has(name));
  if (main === undefined) return [];
  return [main, overrideOf(main)].filter((name) => names.has(name)).map((name) => posix.join(folder, name));
}

export interface ComposeFolders {
  folders: { folder: string; files: string[] }[];
  /** False when there are more folders than are looked into. */
  complete: boolean;
}

/**
 * Folders below a root that hold a compose file, the highest first. Hidden folders and folders of packages are left out, as
 * is what lies inside such a folder. A folder that may not be read is passed over.
 */
export async function findComposeFolders(root: FileRoot): Promise<ComposeFolders> {
  const found: ComposeFolders = { folders: [], complete: true };
  let looked = 0;
  let level = ["/"];
  for (let depth = 0; depth <= DEPTH_MAX && level.length > 0; depth++) {
    const below: string[] = [];
    for (const folder of level) {
      if (++looked > FOLDERS_MAX) return { ...found, complete: false };
      const { entries, next } = await root.list(folder, { limit: FOLDER_ENTRIES_MAX }).catch(passOver);
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

function passOver(error: unknown): { entries: FileEntry[]; next: null } {
  if (error instanceof AppError && error.code !== "internal") return { entries: [], next: null };
  throw error;
}
