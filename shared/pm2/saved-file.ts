import { constants } from "node:fs";
import { lstat, open, realpath, rename, rm } from "node:fs/promises";
import { basename, dirname } from "node:path";
import process from "node:process";
import { AppError } from "../server/errors.ts";
import type { SavedFile } from "./daemon-link.ts";

/** Largest saved list that is read, in bytes. */
const MAX_BYTES = 64 * 1024 * 1024;
const FOLDER = constants.O_RDONLY | constants.O_DIRECTORY;
const FRESH = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;

/** Reads PM2's saved list: see `DaemonLink.readSaved`. @param owner User whose file it must be, and no link */
export async function readSavedFile(path: string, owner?: number): Promise<SavedFile | null> {
  return (await readWithMode(path, owner))?.saved ?? null;
}

async function readWithMode(path: string, owner: number | undefined) {
  const flags = constants.O_RDONLY | constants.O_NONBLOCK | (owner === undefined ? 0 : constants.O_NOFOLLOW);
  const file = await open(path, flags).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return null;
    if (error.code === "ENXIO" || error.code === "ELOOP") throw new AppError("not_supported", noFile, { cause: error });
    throw new AppError("forbidden", "PM2's saved list may not be opened.", { cause: error });
  });
  if (!file) return null;
  try {
    const found = await file.stat();
    if (!found.isFile() || (owner !== undefined && found.uid !== owner)) {
      throw new AppError("not_supported", noFile);
    }
    if (found.size > MAX_BYTES) throw new AppError("too_large", "PM2's saved list is larger than 64 MiB.");
    const saved: SavedFile = { bytes: await file.readFile(), modifiedAt: found.mtimeMs };
    return { saved, mode: found.mode & 0o777 };
  } finally {
    await file.close();
  }
}

const noFile = "PM2's saved list is no file of its user.";

/**
 * Writes PM2's saved list, as `pm2 save` does, but at once: a crash leaves the old or the new list. The old one stays
 * beside it, where PM2 looks when the first cannot be read.
 *
 * @param owner User whose daemon it is, if that is another one: the files become that user's
 * @throws AppError `forbidden` for a folder of another user
 */
export async function writeSavedFile(path: string, text: string, owner?: number): Promise<void> {
  // Another user's link could lead anywhere.
  if (owner === undefined) await refuseForeignLink(path);
  const target = owner === undefined ? await realpath(path).catch(() => path) : path;
  const folder = await open(dirname(target), owner === undefined ? FOLDER : FOLDER | constants.O_NOFOLLOW);
  try {
    const { uid, gid } = await folder.stat();
    // PM2 would not be able to read a file of another user.
    const user = owner ?? process.getuid?.();
    if (user !== undefined && uid !== user) {
      throw new AppError("forbidden", "PM2 runs as another user, who has to save the list.");
    }
    // The folder stays the checked one, whatever its path leads to meanwhile.
    const inside = (file: string) => (owner === undefined ? file : `/proc/self/fd/${folder.fd}/${basename(file)}`);
    const ids = owner === undefined ? undefined : { uid, gid };
    const before = await readWithMode(inside(target), owner);
    const mode = before?.mode ?? 0o600;
    if (before) await replace(inside(`${path}.bak`), before.saved.bytes, mode, ids);
    await replace(inside(target), text, mode, ids);
  } finally {
    await folder.close();
  }
}

/** Who can write into PM2_HOME could put a link to another file of this user there. */
async function refuseForeignLink(path: string): Promise<void> {
  const found = await lstat(path).catch(() => undefined);
  if (found?.isSymbolicLink() && found.uid !== 0 && found.uid !== process.getuid?.()) {
    throw new AppError("forbidden", "PM2's saved list is a link of another user.");
  }
}

async function replace(
  path: string,
  content: string | Uint8Array,
  mode: number,
  owner: { uid: number; gid: number } | undefined,
): Promise<void> {
  const draft = `${path}.${process.pid}.tmp`;
  await rm(draft, { force: true });
  try {
    const file = await open(draft, FRESH, mode);
    try {
      if (owner) await file.chown(owner.uid, owner.gid);
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, path);
  } finally {
    await rm(draft, { force: true });
  }
}
