import { realpath, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { AppError } from "../../server/errors.ts";
import type { Folder } from "./folder.ts";

export interface Protection {
  /** Refuses to go into a folder that is kept from the file manager. */
  enter(folder: Folder): Promise<void>;
  /** Refuses to move or remove such a folder, or one it lies in. */
  disturb(id: string): Promise<void>;
}

/**
 * Keeps folders (the server's own state, which holds its secrets and the audit trail) out of reach even when they lie inside the
 * file root. They are identified by device and inode, so that no other path leads to them.
 */
export function createProtection(paths: readonly string[]): Protection {
  const known = new Map<string, Promise<string[]>>();

  /** Ids of the folder and of all it lies in, innermost first. */
  const lineage = (path: string): Promise<string[]> => {
    const found = known.get(path) ?? readLineage(path);
    known.set(path, found);
    found.catch(() => known.delete(path)); // not there yet: look again next time
    return found.catch(() => []);
  };

  return {
    async enter(folder) {
      for (const path of paths) if ((await lineage(path))[0] === folder.id) throw refusal();
    },
    async disturb(id) {
      for (const path of paths) if ((await lineage(path)).includes(id)) throw refusal();
    },
  };
}

async function readLineage(path: string): Promise<string[]> {
  const ids: string[] = [];
  let current = await realpath(path);
  for (;;) {
    const facts = await stat(current, { bigint: true });
    ids.push(`${facts.dev}:${facts.ino}`);
    const above = dirname(current);
    if (above === current) return ids;
    current = above;
  }
}

const refusal = () => new AppError("forbidden", "The server keeps its own state here.");
