import { Buffer } from "node:buffer";
import { readdir, rmdir, unlink } from "node:fs/promises";
import { AppError } from "../../server/errors.ts";
import { errnoOf } from "./failure.ts";
import type { Folder } from "./folder.ts";
import { kindOf } from "./listing.ts";
import { decodeName } from "./name.ts";

/** Deepest tree that is removed: each level holds a descriptor. */
const MAX_DEPTH = 200;
/** Files of one folder removed at the same time. Few, since the four threads for file operations are shared. */
const PARALLEL = 2;

/** Removes a folder with its content. Links are removed, never followed. @throws AppError `conflict` if another disk is mounted inside */
export async function removeTree(
  parent: Folder,
  name: string,
  mayEnter: (folder: Folder) => Promise<void>,
  depth = 0,
): Promise<void> {
  if (depth > MAX_DEPTH) throw new AppError("conflict", "The folder has too many levels to be removed at once.");
  const folder = await parent.child(name);
  try {
    if (folder.device !== parent.device)
      throw new AppError("conflict", "Another disk is mounted inside the folder; it was not removed.");
    await mayEnter(folder);
    const entries = await readdir(folder.self, { withFileTypes: true, encoding: "buffer" });
    const pending = entries.values();
    const work = async () => {
      for (const entry of pending) {
        const child = decodeName(Buffer.from(entry.name));
        if (kindOf(entry) === "directory") await removeTree(folder, child, mayEnter, depth + 1);
        else await removeEntry(folder, child);
      }
    };
    // Waits for all before the folder is closed: its descriptor number can be reused at once.
    const outcomes = await Promise.allSettled(Array.from({ length: depth === 0 ? PARALLEL : 1 }, work));
    for (const outcome of outcomes) if (outcome.status === "rejected") throw outcome.reason;
  } finally {
    await folder.close();
  }
  await ignoreMissing(rmdir(parent.at(name)));
}

export const removeEntry = (folder: Folder, name: string): Promise<void> => ignoreMissing(unlink(folder.at(name)));

async function ignoreMissing(removal: Promise<void>): Promise<void> {
  try {
    await removal;
  } catch (error) {
    if (errnoOf(error) !== "ENOENT") throw error;
  }
}
