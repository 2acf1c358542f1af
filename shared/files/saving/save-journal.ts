import { randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { type FileHandle, mkdir, open } from "node:fs/promises";
import { TEXT_FILE_MAX } from "../../protocol/file.ts";
import { AppError } from "../../server/errors.ts";
import type { Log } from "../../server/log.ts";
import { refuseFullDisk } from "./disk-space.ts";
import { createSaveFiles, type InterruptedRecord, isSaveId, type SaveRecord, type SaveVersion } from "./save-files.ts";

const { O_CREAT, O_EXCL, O_NOFOLLOW, O_RDONLY, O_RDWR } = constants;

const DAY_MS = 24 * 60 * 60 * 1_000;
/** Stored saves, interrupted or in progress. */
const MAX_SAVES = 64;
const MAX_AGE_DAYS = 30;
/** Copies older than this are abandoned: an upload without bytes for a minute has been cancelled. */
const DEAD_MS = 10 * 60_000;

/** The two copies of a save in progress. The caller ends it with `finish` or `leave`. */
export interface Save {
  /** New content and old content; both empty at first, mode 0600. */
  after: FileHandle;
  before: FileHandle;
  /** Checks that a further copy of this size fits. @throws AppError `storage_full` */
  reserve(bytes: number): Promise<void>;
  /** Records the save, so that it is offered after a crash. Both copies must be synced to disk. */
  record(record: SaveRecord): Promise<void>;
  /** Removes both copies. */
  finish(): Promise<void>;
  /** Keeps both copies and offers them for recovery. */
  leave(): Promise<void>;
}

/**
 * Stores both versions of every file that is being overwritten, in its own folder (0700, files 0600). A save that a crash or a
 * disk error interrupted stays until a user chooses a version, or for `MAX_AGE_DAYS` days.
 */
export interface SaveJournal {
  /** Folder of the copies; created by the first save. */
  folder: string;
  /**
   * Creates both copies, empty. `beyond` exceeds the maximum number of saves, for a save that completes an interrupted one.
   * @throws AppError `overloaded` if there are `MAX_SAVES` already
   */
  begin(options?: { beyond?: boolean }): Promise<Save>;
  /** Lists the interrupted saves, newest first. */
  interrupted(): Promise<InterruptedRecord[]>;
  /** Opens one copy of an interrupted save; the caller closes it. @throws AppError `not_found` */
  open(id: string, which: SaveVersion): Promise<FileHandle>;
  /** Removes an interrupted save and its copies. */
  remove(id: string): Promise<void>;
  /** Removes copies without a record, which a crash left, and saves that are too old. Each save also does this. */
  tidy(): Promise<void>;
}

export interface SaveJournalOptions {
  folder: string;
  log: Log;
  /** Maximum size of all copies together, in bytes. */
  maxBytes: number;
  now?: () => number;
}

export function createSaveJournal({ folder, log, maxBytes, now = Date.now }: SaveJournalOptions): SaveJournal {
  const active = new Set<string>();
  const files = createSaveFiles(folder);
  const { at, ids, readRecord, removeCopies } = files;

  const interrupted = async (): Promise<InterruptedRecord[]> => {
    const records: InterruptedRecord[] = [];
    for (const { id, parts } of await ids()) {
      if (active.has(id) || !parts.has("json")) continue;
      const record = await readRecord(id);
      if (record) records.push(record);
    }
    return records.sort((a, b) => b.startedAt.localeCompare(a.startedAt));
  };

  const tidy = async (): Promise<void> => {
    for (const { id, parts } of await ids()) {
      if (active.has(id)) continue;
      const record = parts.has("json") ? await readRecord(id) : undefined;
      // Without a complete record, nothing was written to the file. A second server that finds the port taken may do this at the same time.
      const since = record ? Date.parse(record.startedAt) : await files.changedAt(id);
      if (now() - since > (record ? MAX_AGE_DAYS * DAY_MS : DEAD_MS)) await removeCopies(id);
    }
  };

  return {
    folder,
    interrupted,
    tidy,

    async begin({ beyond = false } = {}) {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await tidy();
      if (!beyond && (await ids()).length >= MAX_SAVES) throw new AppError("overloaded", tooMany);
      const id = randomBytes(12).toString("hex");
      active.add(id);
      const opened: FileHandle[] = [];
      const close = async () => {
        for (const handle of opened) await handle.close().catch(() => {});
        active.delete(id);
      };
      try {
        for (const part of ["before", "after"] as const) {
          opened.push(await open(at(id, part), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600));
        }
      } catch (error) {
        await close();
        await removeCopies(id).catch(() => {});
        throw error;
      }
      const [before, after] = opened as [FileHandle, FileHandle];
      return {
        before,
        after,
        async reserve(bytes) {
          if ((await files.size()) + bytes > maxBytes) throw new AppError("storage_full", tooLarge);
          await refuseFullDisk(folder, bytes, bytes > TEXT_FILE_MAX);
        },
        async record(record) {
          const file = await open(at(id, "json"), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
          try {
            await file.writeFile(JSON.stringify(record));
            await file.sync();
          } finally {
            await file.close();
          }
          await syncFolder(folder);
        },
        async finish() {
          try {
            await removeCopies(id);
          } catch (error) {
            log.warn({ err: error }, "the copies of a save could not be removed");
          } finally {
            await close();
          }
        },
        leave: close,
      };
    },

    async open(id, which) {
      const record = isSaveId(id) && !active.has(id) ? await readRecord(id) : undefined;
      if (!record) throw notFound();
      return open(at(id, which), O_RDONLY | O_NOFOLLOW);
    },

    async remove(id) {
      if (!isSaveId(id) || active.has(id)) throw notFound();
      await removeCopies(id);
    },
  };
}

const tooMany = "There are too many interrupted saves; choose a version of each on the Files page first.";
const tooLarge = "There is no space for the safety copies of this file; nothing was changed.";
const notFound = () => new AppError("not_found", "There is no such interrupted save.");

async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, O_RDONLY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
