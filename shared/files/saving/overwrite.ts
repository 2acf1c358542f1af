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
  /** Whether a file of several names (hard links) may be written to: all of them change. */
  allowHardLinks: boolean;
  /** Runs the writing itself, one at a time for each file. */
  lock: <T>(id: string, work: () => Promise<T>) => Promise<T>;
  /** Writes the new content; it is on the disk of the journal, not yet in the file. */
  stage: (draft: FileHandle) => Promise<void>;
  /** Takes part in a number of saves that is full already. */
  beyond?: boolean;
  /** Refuses by what the file holds now (SHA-256, base64url), before anything is written to it. */
  check?: (sha256: string) => void;
}

/**
 * Writes new content into a file that exists, and leaves all else of it as it is: inode, owner, group, mode, hard links, ACL and
 * extended attributes. New and old content lie in the journal first, so that an error puts the old content back and a crash
 * loses neither. The file is cut to its new length last.
 *
 * @throws AppError `forbidden` when the panel may not write to it or a set-id bit would be lost, `confirmation_required` for
 * several hard links, `conflict` when it changed meanwhile, `storage_full`. The old content is there again whenever it throws,
 * save where the disk refuses that too: then the error says that both versions are kept.
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
    // What the file grows by comes first: a full disk then leaves all of the old content untouched.
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
      "The save failed half-way and the old content could not be put back. Both versions are kept: choose one on the Files page.",
      { cause },
    );
  }
  await save.finish();
}

/** A write or a cut by anybody but root takes the set-id bits off. */
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
    "Saving would take the set-user-ID or set-group-ID bit off this file; nothing was changed.",
  );

const severalNames = (count: number) =>
  new AppError(
    "confirmation_required",
    `This file has ${count} names (hard links). Saving changes the content under each of them.`,
  );
