import { constants, type Stats } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import process from "node:process";
import { TEXT_FILE_MAX } from "../../protocol/file.ts";
import { AppError } from "../../server/errors.ts";
import type { Folder } from "../root/folder.ts";
import { refuseOthers } from "../root/reading.ts";
import { copyBytes, digest } from "./copy-bytes.ts";
import { refuseFullDisk } from "./disk-space.ts";
import type { Save, SaveJournal } from "./save-journal.ts";

const { O_NOFOLLOW, O_NONBLOCK, O_RDWR } = constants;
const SET_ID = 0o6000;

export interface OverwriteOptions {
  journal: SaveJournal;
  /** Absolute path, for the journal. */
  target: string;
  /** Permits writing a file with several names (hard links), which all change. */
  allowHardLinks: boolean;
  /** Serializes the writes to each file. */
  lock: <T>(id: string, work: () => Promise<T>) => Promise<T>;
  /** Writes the new content to the journal, not yet to the file. */
  stage: (draft: FileHandle) => Promise<void>;
  /** Allows the save beyond the maximum number of stored saves. */
  beyond?: boolean;
  /** Checks the current content of the file (SHA-256, base64url) and throws to refuse, before anything is written. */
  check?: (sha256: string) => void;
}

/**
 * Writes new content to an existing file and keeps its inode, owner, group, mode, hard links, ACL and extended attributes.
 * Both contents are stored in the journal first, so that an error restores the old content and a crash loses neither. The
 * file is truncated last.
 *
 * @throws AppError `forbidden` if the panel may not write to it or a set-id bit would be lost, `confirmation_required` for
 * several hard links, `conflict` if it has changed, `storage_full`. After an error the old content is restored; if the disk
 * refuses that too, the error says that both versions are stored.
 */
export async function overwriteFile(folder: Folder, name: string, options: OverwriteOptions): Promise<Stats> {
  const { journal, target, allowHardLinks, beyond = false, lock, stage, check } = options;
  const file = await open(folder.at(name), O_RDWR | O_NOFOLLOW | O_NONBLOCK);
  try {
    const first = await file.stat();
    refuseOthers(first);
    if (first.nlink > 1 && !allowHardLinks) throw severalNames(first.nlink);
    refuseLostBits(first);
    const save = await journal.begin({ beyond });
    try {
      await stage(save.after);
      await save.after.sync();
    } catch (error) {
      await save.finish();
      throw error;
    }
    return await lock(`${first.dev}:${first.ino}`, () => replaceContent(folder, file, save, { target, check }));
  } finally {
    await file.close();
  }
}

async function replaceContent(
  folder: Folder,
  file: FileHandle,
  save: Save,
  { target, check }: Pick<OverwriteOptions, "target" | "check">,
): Promise<Stats> {
  let old: Stats;
  let size: number;
  try {
    old = await file.stat();
    const growth = (await save.after.stat()).size - old.size;
    await save.reserve(old.size);
    if (growth > 0) await refuseFullDisk(folder.self, growth, growth > TEXT_FILE_MAX);
    const before = await digest(file, old.size, save.before);
    check?.(before.sha256);
    await save.before.sync();
    const after = await digest(save.after, (await save.after.stat()).size);
    size = after.size;
    const now = await file.stat();
    if (before.size !== old.size || now.size !== old.size || now.mtimeMs !== old.mtimeMs) {
      throw new AppError("conflict", "The file is being written by another program; try again.");
    }
    await save.record({ target, mode: old.mode & 0o7777, startedAt: new Date().toISOString(), before, after });
  } catch (error) {
    await save.finish();
    throw error;
  }
  try {
    // Writes the added bytes first, so that a full disk leaves all of the old content untouched.
    if (size > old.size) await copyBytes(save.after, file, old.size, size);
    await copyBytes(save.after, file, 0, Math.min(size, old.size));
    await file.sync();
    if (size < old.size) await file.truncate(size);
    await keepMode(file, old.mode);
    await file.sync();
  } catch (error) {
    await putBack(file, save, old, error);
    throw error;
  }
  const facts = await file.stat();
  await save.finish();
  return facts;
}

async function putBack(file: FileHandle, save: Save, old: Stats, cause: unknown): Promise<void> {
  try {
    await copyBytes(save.before, file, 0, old.size);
    await file.truncate(old.size);
    await keepMode(file, old.mode);
    await file.sync();
  } catch {
    await save.leave();
    throw new AppError(
      "storage_full",
      "The save failed and the old content could not be restored. Both versions are stored: choose one on the Files page.",
      { cause },
    );
  }
  await save.finish();
}

/** A write or truncate by any user except root removes the set-id bits. */
async function keepMode(file: FileHandle, mode: number): Promise<void> {
  const wanted = mode & 0o7777;
  if (((await file.stat()).mode & 0o7777) === wanted) return;
  await file.chmod(wanted);
  if (((await file.stat()).mode & 0o7777) !== wanted) throw lostBits();
}

function refuseLostBits(facts: Stats): void {
  const uid = process.geteuid?.();
  if ((facts.mode & SET_ID) === 0 || uid === undefined || uid === 0) return;
  const inGroup = facts.gid === process.getegid?.() || process.getgroups?.().includes(facts.gid) === true;
  if (facts.uid !== uid || ((facts.mode & 0o2000) !== 0 && !inGroup)) throw lostBits();
}

const lostBits = () =>
  new AppError(
    "forbidden",
    "Saving would remove the set-user-ID or set-group-ID bit of this file; nothing was changed.",
  );

const severalNames = (count: number) =>
  new AppError(
    "confirmation_required",
    `This file has ${count} names (hard links). Saving changes the content under each of them.`,
  );
