import { constants, type Stats } from "node:fs";
import { type FileHandle, lstat, open, readdir, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { AppError } from "../server/errors.ts";

/**
 * Opens a log, or a rotated file of it, to read and write. Anything but a regular file with one name is not opened: to open a
 * device can have an effect.
 *
 * @returns Undefined for a missing file.
 * @throws AppError `not_supported` (no such file of this user), `forbidden`
 */
export async function openOf(path: string, owner: number): Promise<FileHandle | undefined> {
  const isLog = (found: Stats) => found.isFile() && found.nlink === 1 && found.uid === owner;
  const seen = await lstat(path).catch(missing);
  if (!seen) return undefined;
  if (!isLog(seen)) throw new AppError("not_supported", notRegular);
  const file = await open(path, constants.O_RDWR | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch(missing);
  if (!file || isLog(await file.stat())) return file;
  await file.close();
  throw new AppError("not_supported", notRegular);
}

/** For what is not there. @throws AppError `forbidden` for any other reason */
export function missing(error: NodeJS.ErrnoException): undefined {
  if (error.code === "ENOENT" || error.code === "ENOTDIR") return undefined;
  throw new AppError("forbidden", "This log file may not be changed.", { cause: error });
}

const notRegular = "PM2 does not log into a regular file of its own user, with one name.";

/**
 * Makes a file with the owner, group and mode of a log. Where the group cannot be the same, no group may read it: neither the
 * umask nor another group of the user changes who sees the lines.
 *
 * @throws AppError `forbidden` if the owner cannot be the same
 */
export async function openLike(path: string, { uid, gid, mode }: Stats): Promise<FileHandle> {
  const file = await open(path, "wx", 0o600);
  try {
    const made = await file.stat();
    if (made.uid !== uid || made.gid !== gid) await file.chown(uid, gid).catch(() => undefined);
    const now = await file.stat();
    if (now.uid !== uid) throw new AppError("forbidden", "Files of this user cannot be made.");
    await file.chmod(mode & (now.gid === gid ? 0o777 : 0o707));
    return file;
  } catch (error) {
    await file.close();
    await rm(path, { force: true });
    throw error;
  }
}

/** The rotated files of a log by their numbers. */
async function rotatedFiles(path: string): Promise<{ number: number; ending: string }[]> {
  const start = `${basename(path)}.`;
  return (await readdir(dirname(path), { withFileTypes: true })).flatMap((entry) => {
    if (entry.isDirectory()) return [];
    const { name } = entry;
    const [, number, ending = ""] =
      (name.startsWith(start) && /^([1-9]\d{0,3})(\.gz)?$/.exec(name.slice(start.length))) || [];
    return number === undefined ? [] : [{ number: Number(number), ending }];
  });
}

const rotatedPath = (path: string, number: number, ending: string) =>
  join(dirname(path), `${basename(path)}.${number}${ending}`);

/** Makes room for `.1`. Files beyond the number kept go with {@link tidyRotated}, once the new one is whole. */
export async function shiftRotated(path: string, kept: number): Promise<void> {
  const files = (await rotatedFiles(path)).filter(({ number }) => number <= kept);
  for (const { number, ending } of files.sort((a, b) => b.number - a.number)) {
    await rename(rotatedPath(path, number, ending), rotatedPath(path, number + 1, ending));
  }
}

/** Deletes rotated files beyond the number kept, and compresses the others except the newest one: readers may still be in it. */
export async function tidyRotated(
  path: string,
  { kept, compress }: { kept: number; compress: boolean },
  owner: number,
): Promise<void> {
  for (const { number, ending } of await rotatedFiles(path)) {
    const rotated = rotatedPath(path, number, ending);
    if (number > kept) await rm(rotated, { force: true });
    else if (compress && number > 1 && ending === "") await compressFile(rotated, owner);
  }
}

/** Leaves what is no file of the log's user: another one could have put it there. */
async function compressFile(path: string, owner: number): Promise<void> {
  const partial = `${path}.gz.partial`;
  const source = await openOf(path, owner).catch(() => undefined);
  if (!source) return;
  try {
    await rm(partial, { force: true });
    const target = await openLike(partial, await source.stat());
    await pipeline(source.createReadStream({ autoClose: false }), createGzip(), target.createWriteStream());
  } finally {
    await source.close();
  }
  await rename(partial, `${path}.gz`);
  await rm(path);
}
