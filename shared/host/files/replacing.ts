import { randomBytes } from "node:crypto";
import { constants, type Stats } from "node:fs";
import { type FileHandle, link, lstat, open, rename, unlink } from "node:fs/promises";
import { AppError } from "../../server/errors.ts";
import { errnoOf } from "./failure.ts";
import type { Folder } from "./folder.ts";
import { refuseOthers } from "./reading.ts";

const { O_CREAT, O_EXCL, O_NOFOLLOW, O_WRONLY } = constants;

const DRAFT_PREFIX = ".ai-desktop-";
const DRAFT_SUFFIX = ".part";

/** Whether a name is one of a file still being written, which is nobody's news. */
export const isDraftName = (name: string): boolean => name.startsWith(DRAFT_PREFIX) && name.endsWith(DRAFT_SUFFIX);

/**
 * Writes a file whole or not at all: into a draft beside it, then renamed over it. Mode and owner of a file replaced are kept;
 * a failure leaves the old file and no draft. With `replace` false an existing file is a conflict. Tells whether one was replaced.
 */
export async function replaceFile(
  folder: Folder,
  name: string,
  replace: boolean,
  write: (draft: FileHandle) => Promise<void>,
): Promise<{ replaced: boolean; facts: Stats }> {
  const old = await lookUp(folder, name);
  if (old) refuseOthers(old);
  if (old && !replace) throw exists();
  const draftName = `${DRAFT_PREFIX}${randomBytes(9).toString("hex")}${DRAFT_SUFFIX}`;
  const draft = await open(folder.at(draftName), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, old ? 0o600 : 0o666);
  try {
    let facts: Stats;
    try {
      await write(draft);
      if (old) await keepAccess(draft, old);
      await draft.sync(); // or a power cut could leave an empty file under the new name
      facts = await draft.stat();
    } finally {
      await draft.close();
    }
    if (old) await rename(folder.at(draftName), folder.at(name));
    else await placeNew(folder, draftName, name);
    return { replaced: old !== undefined, facts };
  } catch (error) {
    await unlink(folder.at(draftName)).catch(() => {});
    throw error;
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

async function keepAccess(draft: FileHandle, old: Stats): Promise<void> {
  try {
    await draft.chown(old.uid, old.gid);
  } catch (error) {
    if (errnoOf(error) !== "EPERM") throw error; // only root gives files away; ours from now on
  }
  await draft.chmod(old.mode & 0o777); // set-id bits do not survive a write by somebody else
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

const exists = () => new AppError("conflict", "Something of that name exists already.");
