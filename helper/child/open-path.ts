import { closeSync, constants, fstatSync, openSync, readlinkSync, type Stats } from "node:fs";
import { isAbsolute } from "node:path";
import process from "node:process";
import { AppError } from "../../shared/server/errors.ts";

/** Opens a place without access to its content; not among Node's constants, the same on all Linux machines. */
const O_PATH = 0o10000000;
const MAX_LINKS = 20;
const MAX_PARTS = 200;

export interface OpenFile {
  fd: number;
  stats: Stats;
}

/**
 * Opens a regular file, each part of the path at its parent's descriptor, so that nothing can be exchanged between a check
 * and its use. A link is followed only if root or this process's user made it, in a folder of theirs: otherwise another user,
 * who owns a folder into which this user logs, could show any file of this user.
 *
 * @returns Null if there is no such file. The caller closes it.
 * @throws AppError `forbidden`, `not_supported` for anything but a regular file
 */
export function openFile(path: string, flags: number): OpenFile | null {
  const found = findPlace(path);
  if (found === null) return null;
  try {
    requireFile(found);
    const fd = openSync(`/proc/self/fd/${found.fd}`, flags | constants.O_NONBLOCK | constants.O_NOCTTY);
    return { fd, stats: fstatSync(fd) };
  } catch (error) {
    return missingOrForbidden(error);
  } finally {
    closeSync(found.fd);
  }
}

/** Size and identity of a regular file, with the same rules. No right to read it is needed. */
export function statFile(path: string): Stats | null {
  const found = findPlace(path);
  if (found === null) return null;
  try {
    return requireFile(found);
  } finally {
    closeSync(found.fd);
  }
}

/**
 * Opens a folder or a socket as a place, with the same rules: it stays this one, whatever its path leads to meanwhile, and can
 * be used as `/proc/self/fd/<number>`. Null if it is missing. The caller closes it.
 */
export function openPlace(path: string): OpenFile | null {
  const found = findPlace(path);
  return found && { fd: found.fd, stats: fstatSync(found.fd) };
}

/** Opens what a folder contains as a place; a link as the link that it is. Null if it is missing. The caller closes it. */
export function openIn(folder: number, name: string): OpenFile | null {
  try {
    const fd = openSync(`/proc/self/fd/${folder}/${name}`, O_PATH | constants.O_NOFOLLOW);
    return { fd, stats: fstatSync(fd) };
  } catch (error) {
    return missingOrForbidden(error);
  }
}

function requireFile({ fd, folder }: Place): Stats {
  const stats = fstatSync(fd);
  if (!stats.isFile()) throw new AppError("not_supported", "PM2 does not log into a regular file.");
  // Who owns the folder could have given another file of this user this name.
  if (stats.nlink > 1 && !isPrivate(folder)) {
    throw new AppError("forbidden", "This file has several names, in a folder that another user can change.");
  }
  return stats;
}

interface Place {
  fd: number;
  /** The folder in which it was found. */
  folder: Stats;
}

function findPlace(path: string): Place | null {
  let folder = openSync("/", O_PATH | constants.O_DIRECTORY);
  let above = fstatSync(folder);
  let parts = partsOf(path);
  let links = 0;
  try {
    for (let part = parts.shift(); part !== undefined; part = parts.shift()) {
      const name = `/proc/self/fd/${folder}/${part}`;
      const next = openSync(name, O_PATH | constants.O_NOFOLLOW);
      const stats = fstatSync(next);
      if (!stats.isSymbolicLink()) {
        above = fstatSync(folder);
        closeSync(folder);
        folder = next;
        continue;
      }
      closeSync(next);
      if (++links > MAX_LINKS || !isTrusted(stats, fstatSync(folder))) {
        throw new AppError("forbidden", "The path of this file has a link that another user can change.");
      }
      const target = readlinkSync(name);
      parts = [...partsOf(target), ...parts];
      if (isAbsolute(target)) {
        closeSync(folder);
        folder = openSync("/", O_PATH | constants.O_DIRECTORY);
      }
    }
    return { fd: folder, folder: above };
  } catch (error) {
    closeSync(folder);
    return missingOrForbidden(error);
  }
}

function partsOf(path: string): string[] {
  const parts = path.split("/").filter((part) => part !== "" && part !== ".");
  if (parts.length > MAX_PARTS) throw new AppError("forbidden", "The path of this file is too long.");
  return parts;
}

const isOwn = ({ uid }: Stats): boolean => uid === 0 || uid === process.getuid?.();
const isPrivate = (folder: Stats): boolean => isOwn(folder) && (folder.mode & 0o022) === 0;

function isTrusted(link: Stats, folder: Stats): boolean {
  const uid = process.getuid?.();
  if (!isOwn(link) || !isOwn(folder)) return false;
  // In a folder with the sticky bit, others cannot replace the link.
  return uid !== 0 || (folder.mode & 0o022) === 0 || (folder.mode & 0o1000) !== 0;
}

function missingOrForbidden(error: unknown): null {
  if (error instanceof AppError) throw error;
  const { code } = error as NodeJS.ErrnoException;
  if (code === "ENOENT" || code === "ENOTDIR") return null;
  throw new AppError("forbidden", "The user of this process may not open this file.", { cause: error });
}
