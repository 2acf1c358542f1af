import { realpath, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { AppError } from "../../server/errors.ts";
import type { Folder } from "./folder.ts";

export interface Protection {
  /** Refuses to enter a protected folder. */
  enter(folder: Folder): Promise<void>;
  /** Refuses to move or remove a protected folder or one of its parents. */
  disturb(id: string): Promise<void>;
}

/**
 * Protects folders inside the file root: the server's own state with its secrets and the audit trail. They are identified by
 * device and inode, so that no other path leads to them.
 */
export function createProtection(paths: readonly string[]): Protection {
  const known = new Map<string, Promise<string[]>>();

  /** Returns the ids of the folder and all its parents, innermost first. */
  const lineage = (path: string): Promise<string[]> => {
    const found = known.get(path) ?? readLineage(path);
    known.set(path, found);
    found.catch(() => known.delete(path)); // does not exist yet: check again next time
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

const refusal = () => new AppError("forbidden", "This folder contains the state of the server; it is protected.");
