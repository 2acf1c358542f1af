import { copyFile, open, readFile, realpath, rename, rm, stat } from "node:fs/promises";
import process from "node:process";
import { AppError } from "../server/errors.ts";
import type { SavedFile } from "./daemon-link.ts";

/** Largest saved list that is read, in bytes. */
const MAX_BYTES = 64 * 1024 * 1024;

/** Reads PM2's saved list: see `DaemonLink.readSaved`. */
export async function readSavedFile(path: string): Promise<SavedFile | null> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return null;
    throw error;
  });
  if (!found) return null;
  if (!found.isFile()) throw new AppError("not_supported", "PM2's saved list is no file.");
  if (found.size > MAX_BYTES) throw new AppError("too_large", "PM2's saved list is larger than 64 MiB.");
  return { bytes: await readFile(path), modifiedAt: found.mtimeMs };
}

/**
 * Writes PM2's saved list, as `pm2 save` does, but at once: a crash leaves the old or the new list. The old one stays
 * beside it, where PM2 looks when the first cannot be read.
 *
 * @throws AppError `forbidden` for a folder of another user
 */
export async function writeSavedFile(path: string, text: string): Promise<void> {
  // PM2 would not be able to read a file of another user.
  const target = await realpath(path).catch(() => path);
  const folder = target.slice(0, target.lastIndexOf("/"));
  if (process.getuid?.() !== undefined && (await stat(folder)).uid !== process.getuid()) {
    throw new AppError("forbidden", "PM2 runs as another user, who has to save the list.");
  }
  const mode = await stat(target).then(
    (found) => found.mode & 0o777,
    () => 0o600,
  );
  const draft = `${target}.${process.pid}.tmp`;
  try {
    const file = await open(draft, "w", mode);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await copyFile(target, `${path}.bak`).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "ENOENT") throw error;
    });
    await rename(draft, target);
  } finally {
    await rm(draft, { force: true });
  }
}
