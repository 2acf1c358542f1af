import { lstat, realpath } from "node:fs/promises";
import { join } from "node:path";
import { createFileRoot, type FileRoot } from "../../../shared/files/root/files.ts";
import type { SaveJournal } from "../../../shared/files/saving/save-journal.ts";
import { AppError } from "../../../shared/server/errors.ts";
import type { Log } from "../../../shared/server/log.ts";

/** A folder whose files may be opened: the panel's own folder of stacks, or one the operator lists. */
export interface StackRoot {
  path: string;
  files: FileRoot;
  own: boolean;
}

/** A file by the root it really lies in. */
export interface ResolvedFile {
  root: FileRoot;
  /** Of that root, `/shop/.env`. */
  path: string;
  /** Absolute path of the target when the file is a link. */
  target: string | null;
}

export interface StackRoots {
  own: StackRoot;
  listed: readonly StackRoot[];
  /** The root an absolute path of the host lies in, and the path inside it. Compares names, and opens nothing. */
  locate(path: string): Promise<{ root: StackRoot; inside: string } | undefined>;
  /**
   * Follows a file that is a link, while its target lies in one of the roots. A file that is not there is no fault.
   * @throws AppError `invalid_input` for a link that leads nowhere or out of the roots.
   */
  resolve(root: StackRoot, path: string): Promise<ResolvedFile>;
}

export interface StackRootsOptions {
  /** The panel's own folder. */
  stacksDir: string;
  /** Folders the operator lists. */
  roots: readonly string[];
  /** Kept out of reach of the operator's roots. */
  dataDir: string;
  log: Log;
  journal: SaveJournal;
}

export function createStackRoots({ stacksDir, roots, dataDir, log, journal }: StackRootsOptions): StackRoots {
  const own: StackRoot = { path: stacksDir, files: createFileRoot({ root: stacksDir, log, journal }), own: true };
  const listed = roots.map((path) => ({
    path,
    own: false,
    files: createFileRoot({ root: path, log, journal, protect: [dataDir] }),
  }));

  const locate: StackRoots["locate"] = async (path) => {
    for (const root of [own, ...listed]) {
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
    own,
    listed,
    locate,
    async resolve(root, path) {
      const absolute = join(root.path, path);
      const facts = await lstat(absolute).catch(() => undefined);
      // What cannot be looked at is refused when it is opened, with its reason.
      if (!facts?.isSymbolicLink()) return { root: root.files, path, target: null };
      const target = await realpath(absolute).catch(() => undefined);
      if (target === undefined) throw new AppError("invalid_input", "It is a link that leads nowhere.");
      const found = await locate(target);
      if (!found) {
        throw new AppError("invalid_input", "It is a link out of the folders this panel may open (STACKS_ROOTS).");
      }
      return { root: found.root.files, path: found.inside, target };
    },
  };
}
