import { lstatSync, readdirSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";

/**
 * Finds a path that somebody besides root can change: the file or folder itself, one of its parents, or anything in it with
 * `recursive`. Links are resolved first.
 *
 * @returns The path, or undefined if only root can change all of them.
 * @throws the error of the file system for a path that is missing
 */
export function findChangeable(path: string, { recursive = false } = {}): string | undefined {
  const real = realpathSync(path);
  for (let parent = real; ; parent = dirname(parent)) {
    if (isChangeable(parent)) return parent;
    if (parent === dirname(parent)) break;
  }
  return recursive ? findIn(real) : undefined;
}

function findIn(folder: string): string | undefined {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (isChangeable(path)) return path;
    const found = entry.isDirectory() ? findIn(path) : undefined;
    if (found) return found;
  }
  return undefined;
}

/** A link has every mode, and only its owner can replace it. In a folder with the sticky bit, others replace only their own. */
function isChangeable(path: string): boolean {
  const stats = lstatSync(path);
  if (stats.uid !== 0) return true;
  if (stats.isSymbolicLink()) return false;
  return (stats.mode & 0o022) !== 0 && !(stats.isDirectory() && (stats.mode & 0o1000) !== 0);
}
