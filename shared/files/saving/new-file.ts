import { randomBytes } from "node:crypto";
import { constants, type Stats } from "node:fs";
import { type FileHandle, link, lstat, mkdir, open, readdir, rename, unlink } from "node:fs/promises";
import { AppError } from "../../server/errors.ts";
import { errnoOf } from "../root/failure.ts";
import type { Folder } from "../root/folder.ts";
import { inheritAccess } from "../root/folder-access.ts";

const { O_CREAT, O_DIRECTORY, O_EXCL, O_NOFOLLOW, O_RDONLY, O_WRONLY } = constants;

const draftPattern = /^\.ai-desktop-[0-9a-f]{18}\.part$/;
/** An upload that brings nothing for a minute is given up, so nobody writes to an older one. */
const DEAD_DRAFT_MS = 10 * 60_000;
const SWEEP_EVERY_MS = 60 * 60_000;
const MAX_SWEPT = 1_000;

/** Whether a name is one of a file still being written, which is nobody's news. */
export const isDraftName = (name: string): boolean => draftPattern.test(name);

/**
 * Makes a file that is not there yet, whole or not at all: written under another name, then linked to its own. Its mode is
 * `mode`, or what the folder suggests. @throws AppError `conflict` when something of that name exists.
 */
export async function createFile(
  folder: Folder,
  name: string,
  mode: number | undefined,
  write: (draft: FileHandle) => Promise<void>,
): Promise<Stats> {
  if (await lookUp(folder, name)) throw exists();
  await sweepDrafts(folder);
  const draftName = `.ai-desktop-${randomBytes(9).toString("hex")}.part`;
  const draft = await open(folder.at(draftName), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode ?? 0o666);
  try {
    let facts: Stats;
    try {
      if (mode === undefined) await inheritAccess(draft, folder);
      else await draft.chmod(mode);
      await write(draft);
      await draft.sync(); // or a power cut could leave an empty file under the new name
      facts = await draft.stat();
    } finally {
      await draft.close();
    }
    await placeNew(folder, draftName, name);
    return facts;
  } catch (error) {
    await unlink(folder.at(draftName)).catch(() => {});
    throw error;
  }
}

/** Makes a folder with the group and mode of the one it lies in. */
export async function createFolder(folder: Folder, name: string): Promise<void> {
  await mkdir(folder.at(name));
  const made = await open(folder.at(name), O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  try {
    await inheritAccess(made, folder);
  } finally {
    await made.close();
  }
}

export async function lookUp(folder: Folder, name: string): Promise<Stats | undefined> {
  try {
    return await lstat(folder.at(name));
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return undefined;
    throw error;
  }
}

/** Unlike a rename, a link never lands on what appeared in the meantime. */
async function placeNew(folder: Folder, draftName: string, name: string): Promise<void> {
  try {
    await link(folder.at(draftName), folder.at(name));
  } catch (error) {
    if (errnoOf(error) === "EEXIST") throw exists();
    if (!["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK"].includes(errnoOf(error) ?? "")) throw error;
    if (await lookUp(folder, name)) throw exists(); // a disk without hard links
    await rename(folder.at(draftName), folder.at(name));
    return;
  }
  await unlink(folder.at(draftName));
}

const swept = new Map<string, number>();

/** Removes drafts that a killed server left in a folder. Looked for once an hour: a large folder is slow to read. */
export async function sweepDrafts(folder: Folder): Promise<void> {
  const now = Date.now();
  if (now - (swept.get(folder.id) ?? Number.NEGATIVE_INFINITY) < SWEEP_EVERY_MS) return;
  swept.delete(folder.id);
  swept.set(folder.id, now);
  const first = swept.size > MAX_SWEPT ? swept.keys().next().value : undefined;
  if (first !== undefined) swept.delete(first);
  // A folder that may be written to but not read has nobody who could look.
  for (const name of await readdir(folder.self).catch(() => [])) {
    if (!isDraftName(name)) continue;
    const facts = await lookUp(folder, name);
    if (facts?.isFile() && now - facts.mtimeMs > DEAD_DRAFT_MS) await unlink(folder.at(name)).catch(() => {});
  }
}

const exists = () => new AppError("conflict", "Something of that name exists already.");
