import { realpath } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "../../server/errors.ts";
import type { Log } from "../../server/log.ts";
import { createNamedLocks, type NamedLocks } from "../saving/locks.ts";
import { type OverwriteOptions, overwriteFile } from "../saving/overwrite.ts";
import type { SaveJournal } from "../saving/save-journal.ts";
import { toFileFailure } from "./failure.ts";
import type { FileRootOptions } from "./file-root.ts";
import { type Folder, openRootFolder } from "./folder.ts";
import { createProtection, type Protection } from "./protection.ts";

/** Shared by all operations on one root. */
export interface RootContext {
  readonly journal: SaveJournal | undefined;
  readonly protection: Protection;
  /** Serializes writes to the same file. */
  readonly locks: NamedLocks;
  /** Keeps a folder open while `use` runs. @throws AppError, also for errors of the file system */
  inside<T>(names: readonly string[], use: (folder: Folder) => Promise<T>): Promise<T>;
  /** Returns the path of an entry on the host. */
  absolute(names: readonly string[]): Promise<string>;
}

export function createRootContext({ root, log, journal, protect = [] }: FileRootOptions): RootContext {
  const protection = createProtection(protect);
  return {
    journal,
    protection,
    locks: createNamedLocks(),
    absolute: async (names) => join(await realpath(root), ...names),
    async inside(names, use) {
      let folder = await openRoot(root, log);
      try {
        await protection.enter(folder);
        for (const name of names) {
          const next = await folder.child(name);
          await folder.close();
          folder = next;
          await protection.enter(folder);
        }
        return await use(folder);
      } catch (error) {
        throw toFileFailure(error);
      } finally {
        await folder.close();
      }
    },
  };
}

async function openRoot(root: string, log: Log): Promise<Folder> {
  try {
    return await openRootFolder(root);
  } catch (error) {
    if (error instanceof AppError) throw error;
    log.warn({ err: error }, "the file root cannot be opened");
    throw new AppError("upstream_unavailable", "The file root cannot be opened.", { cause: error });
  }
}

/** Overwrites an existing file. */
export async function overwriteIn(
  context: RootContext,
  folder: Folder,
  names: readonly string[],
  options: Pick<OverwriteOptions, "stage" | "check"> & { allowHardLinks: boolean | undefined },
) {
  const { allowHardLinks = false, ...more } = options;
  return overwriteFile(folder, names.at(-1) ?? "", {
    ...more,
    allowHardLinks,
    journal: requireJournal(context.journal),
    target: await context.absolute(names),
    lock: context.locks.run,
  });
}

/** @throws AppError `not_supported` if the root is read-only */
export function requireJournal(journal: SaveJournal | undefined): SaveJournal {
  if (!journal) throw new AppError("not_supported", "This server does not write to files.");
  return journal;
}
