import { randomBytes } from "node:crypto";
import { constants, type Stats } from "node:fs";
import { type FileHandle, link, lstat, mkdir, open, readdir, rename, unlink } from "node:fs/promises";
import { AppError } from "../../server/errors.ts";
import { errnoOf } from "../root/failure.ts";
import type { Folder } from "../root/folder.ts";
import { inheritAccess } from "../root/folder-access.ts";

const { O_CREAT, O_DIRECTORY, O_EXCL, O_NOFOLLOW, O_RDONLY, O_WRONLY } = constants;

const draftPattern = /^\.ai-desktop-[0-9a-f]{18}\.part$/;
/** Drafts older than this are abandoned: an upload without bytes for a minute has been cancelled. */
const DEAD_DRAFT_MS = 10 * 60_000;
const SWEEP_EVERY_MS = 60 * 60_000;
const MAX_SWEPT = 1_000;

/** Whether a name is a draft, whose changes are not reported. */
export const isDraftName = (name: string): boolean => draftPattern.test(name);

/**
 * Creates a file, completely or not at all: written under a temporary name, then linked to its own. Its mode is `mode`, or
 * derived from the folder. @throws AppError `conflict` if the name exists
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
      await draft.sync(); // otherwise a power cut could leave an empty file under the new name
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

/** Creates a folder with the group and mode derived from its parent. */
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

/** Gives the draft its name. Unlike a rename, a link never replaces an entry that was created in the meantime. */
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

/** Removes the drafts that a killed server left in a folder. Runs at most once an hour: large folders are slow to read. */
export async function sweepDrafts(folder: Folder): Promise<void> {
  const now = Date.now();
  if (now - (swept.get(folder.id) ?? Number.NEGATIVE_INFINITY) < SWEEP_EVERY_MS) return;
  swept.delete(folder.id);
  swept.set(folder.id, now);
  const first = swept.size > MAX_SWEPT ? swept.keys().next().value : undefined;
  if (first !== undefined) swept.delete(first);
  // A folder that can be written but not read cannot be searched.
  for (const name of await readdir(folder.self).catch(() => [])) {
    if (!isDraftName(name)) continue;
    const facts = await lookUp(folder, name);
    if (facts?.isFile() && now - facts.mtimeMs > DEAD_DRAFT_MS) await unlink(folder.at(name)).catch(() => {});
  }
}

const exists = () => new AppError("conflict", "Something of that name exists already.");
