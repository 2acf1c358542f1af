import { lstatSync, readdirSync, readlinkSync } from "node:fs";
import { dirname, isAbsolute, join, resolve } from "node:path";

const MAX_LINKS = 40;

/**
 * Finds a path that somebody besides root can change: the file or folder itself, one of its parents, a link on the way or one
 * of the link's parents, or anything in it with `recursive`.
 *
 * @returns The path, or undefined if only root can change all of them.
 * @throws the error of the file system for a path that is missing
 */
export function findChangeable(path: string, { recursive = false } = {}): string | undefined {
  let place = "/";
  let parts = partsOf(resolve(path));
  let links = 0;
  if (isChangeable(place)) return place;
  for (let part = parts.shift(); part !== undefined; part = parts.shift()) {
    const next = part === ".." ? dirname(place) : join(place, part);
    if (isChangeable(next)) return next;
    if (!lstatSync(next).isSymbolicLink()) {
      place = next;
      continue;
    }
    if (++links > MAX_LINKS) throw new Error(`${path} has too many links`);
    const target = readlinkSync(next);
    parts = [...partsOf(target), ...parts];
    if (isAbsolute(target)) place = "/";
  }
  return recursive ? findIn(place) : undefined;
}

const partsOf = (path: string): string[] => path.split("/").filter((part) => part !== "" && part !== ".");

function findIn(folder: string): string | undefined {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (isChangeable(path)) return path;
    const found = entry.isDirectory() ? findIn(path) : entry.isSymbolicLink() ? findChangeable(path) : undefined;
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
