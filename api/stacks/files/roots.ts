import { lstat, realpath } from "node:fs/promises";
import { join } from "node:path";
import { createFileRoot, type FileRoot } from "../../../shared/files/root/files.ts";
import type { SaveJournal } from "../../../shared/files/saving/save-journal.ts";
import { AppError } from "../../../shared/server/errors.ts";
import type { Log } from "../../../shared/server/log.ts";
import { stackErrors } from "../messages.ts";

/** A folder whose files may be opened: the panel's own folder of stacks, or one the operator lists. */
export interface StackRoot {
  path: string;
  files: FileRoot;
  /** True for the panel's own folder of stacks. */
  managed: boolean;
}

/** A file, and the root that contains it after links are followed. */
export interface ResolvedFile {
  root: FileRoot;
  /** Path inside that root, such as `/shop/.env`. */
  path: string;
  /** Absolute path of the target when the file is a link. */
  target: string | null;
}

export interface StackRoots {
  managed: StackRoot;
  listed: readonly StackRoot[];
  /** Finds the root that contains an absolute path, and the path inside it. Compares names and opens nothing. */
  locate(path: string): Promise<{ root: StackRoot; inside: string } | undefined>;
  /**
   * Follows a file that is a link, as long as its target is in one of the roots. A missing file is not an error.
   * @throws AppError `invalid_input` for a broken link or one that leads out of the roots.
   */
  resolve(root: StackRoot, path: string): Promise<ResolvedFile>;
}

export interface StackRootsOptions {
  /** The panel's own folder of stacks. */
  stacksDir: string;
  /** Folders the operator lists. */
  roots: readonly string[];
  /** Never reachable through the operator's roots. */
  dataDir: string;
  log: Log;
  journal: SaveJournal;
}

export function createStackRoots({ stacksDir, roots, dataDir, log, journal }: StackRootsOptions): StackRoots {
  const managed: StackRoot = {
    path: stacksDir,
    files: createFileRoot({ root: stacksDir, log, journal }),
    managed: true,
  };
  const listed = roots.map((path) => ({
    path,
    managed: false,
    files: createFileRoot({ root: path, log, journal, protect: [dataDir] }),
  }));

  const locate: StackRoots["locate"] = async (path) => {
    for (const root of [managed, ...listed]) {
      const real = await realpath(root.path).catch(() => root.path);
      for (const base of [root.path, real]) {
        if (path === base) return { root, inside: "/" };
        const prefix = base === "/" ? base : `${base}/`;
        if (path.startsWith(prefix)) return { root, inside: `/${path.slice(prefix.length)}` };
      }
    }
    return undefined;
  };

  return {
    managed,
    listed,
    locate,
    async resolve(root, path) {
      const absolute = join(root.path, path);
      const facts = await lstat(absolute).catch(() => undefined);
      // A file that cannot be inspected is refused with its reason when it is opened.
      if (!facts?.isSymbolicLink()) return { root: root.files, path, target: null };
      const target = await realpath(absolute).catch(() => undefined);
      if (target === undefined) throw new AppError("invalid_input", stackErrors.brokenLink);
      const found = await locate(target);
      if (!found) throw new AppError("invalid_input", stackErrors.linkOutside);
      return { root: found.root.files, path: found.inside, target };
    },
  };
}
