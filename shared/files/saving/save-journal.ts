import { randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { type FileHandle, mkdir, open, readdir, readFile, stat, unlink } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { TEXT_FILE_MAX } from "../../protocol/file.ts";
import { AppError } from "../../server/errors.ts";
import type { Log } from "../../server/log.ts";
import { refuseFullDisk } from "./disk-space.ts";

const { O_CREAT, O_EXCL, O_NOFOLLOW, O_RDONLY, O_RDWR } = constants;

const DAY_MS = 24 * 60 * 60 * 1_000;
/** Of saves that were interrupted, or are under way. */
const MAX_SAVES = 64;
const MAX_AGE_DAYS = 30;
/** An upload that brings nothing for a minute is given up, so nobody writes to older copies. */
const DEAD_MS = 10 * 60_000;
const MAX_RECORD_BYTES = 64 * 1024;

const version = z.object({ size: z.number(), sha256: z.string() });
const recordSchema = z.object({
  /** Absolute path on the host, with names as the API writes them. */
  target: z.string(),
  /** Permission bits of the file. */
  mode: z.number(),
  startedAt: z.iso.datetime(),
  before: version,
  after: version,
});

export type SaveRecord = z.infer<typeof recordSchema>;
export type SaveVersion = "before" | "after";
/** A save that neither finished nor was taken back. */
export interface InterruptedRecord extends SaveRecord {
  id: string;
}

/** The two copies of one save, until it has come to its end. The caller ends it by `finish` or `leave`. */
export interface Save {
  /** New content, and the content the file had; both empty at first, mode 0600. */
  after: FileHandle;
  before: FileHandle;
  /** Refuses a further copy of so many bytes when there is no room for it. @throws AppError `storage_full`. */
  reserve(bytes: number): Promise<void>;
  /** From now on the save is offered again after a crash. Both copies must be on the disk. */
  record(record: SaveRecord): Promise<void>;
  /** Removes both copies. */
  finish(): Promise<void>;
  /** Keeps both copies and offers them. */
  leave(): Promise<void>;
}

/**
 * Both versions of every file that is being written over, in a folder of its own (0700, files 0600). A save that a crash or a
 * failed disk left half done stays here until somebody chooses a version, or for `MAX_AGE_DAYS` days.
 */
export interface SaveJournal {
  /** Folder the copies lie in; exists from the first save on. */
  folder: string;
  /**
   * Makes both copies, empty. `beyond` goes over the number of saves that are kept, for what makes them fewer.
   * @throws AppError `overloaded` when there are `MAX_SAVES` already.
   */
  begin(options?: { beyond?: boolean }): Promise<Save>;
  /** Newest first. */
  interrupted(): Promise<InterruptedRecord[]>;
  /** Opens one copy of an interrupted save; the caller closes it. @throws AppError `not_found`. */
  open(id: string, which: SaveVersion): Promise<FileHandle>;
  /** Forgets an interrupted save and removes its copies. */
  remove(id: string): Promise<void>;
  /** Removes what a crash left before anything was written, and what is too old. Each save does it too. */
  tidy(): Promise<void>;
}

export interface SaveJournalOptions {
  folder: string;
  log: Log;
  /** Bytes all copies may take together. */
  maxBytes: number;
  now?: () => number;
}

const idPattern = /^[0-9a-f]{24}$/;

export function createSaveJournal({ folder, log, maxBytes, now = Date.now }: SaveJournalOptions): SaveJournal {
  const active = new Set<string>();
  const at = (id: string, part: SaveVersion | "json") => join(folder, `${id}.${part}`);

  const removeCopies = async (id: string): Promise<void> => {
    // The record first: without it the copies are left-overs.
    for (const part of ["json", "before", "after"] as const) await unlinkIfThere(at(id, part));
  };

  const ids = async (): Promise<{ id: string; parts: Set<string> }[]> => {
    const found = new Map<string, Set<string>>();
    for (const name of await readdir(folder).catch(() => [])) {
      const [id = "", part = ""] = name.split(".");
      if (!idPattern.test(id)) continue;
      found.set(id, (found.get(id) ?? new Set()).add(part));
    }
    return [...found].map(([id, parts]) => ({ id, parts }));
  };

  const readRecord = async (id: string): Promise<InterruptedRecord | undefined> => {
    try {
      if ((await stat(at(id, "json"))).size > MAX_RECORD_BYTES) return undefined;
      return { id, ...recordSchema.parse(JSON.parse(await readFile(at(id, "json"), "utf8"))) };
    } catch {
      return undefined;
    }
  };

  const interrupted = async (): Promise<InterruptedRecord[]> => {
    const records: InterruptedRecord[] = [];
    for (const { id, parts } of await ids()) {
      if (active.has(id) || !parts.has("json")) continue;
      const record = await readRecord(id);
      if (record) records.push(record);
    }
    return records.sort((a, b) => b.startedAt.localeCompare(a.startedAt));
  };

  const bytesKept = async (): Promise<number> => {
    let bytes = 0;
    for (const { id, parts } of await ids()) {
      for (const part of ["before", "after"] as const) {
        if (parts.has(part)) bytes += (await stat(at(id, part)).catch(() => undefined))?.size ?? 0;
      }
    }
    return bytes;
  };

  const tidy = async (): Promise<void> => {
    for (const { id, parts } of await ids()) {
      if (active.has(id)) continue;
      const record = parts.has("json") ? await readRecord(id) : undefined;
      // Without a whole record nothing was written to the file. A second server may be at it that is about to find the port taken.
      const since = record ? Date.parse(record.startedAt) : await newest(id);
      if (now() - since > (record ? MAX_AGE_DAYS * DAY_MS : DEAD_MS)) await removeCopies(id);
    }
  };

  const newest = async (id: string): Promise<number> => {
    const facts = await Promise.all(
      (["before", "after", "json"] as const).map((part) => stat(at(id, part)).catch(() => undefined)),
    );
    return Math.max(...facts.map((one) => one?.mtimeMs ?? 0));
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
          if ((await bytesKept()) + bytes > maxBytes) throw new AppError("storage_full", tooLarge);
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
      const record = idPattern.test(id) && !active.has(id) ? await readRecord(id) : undefined;
      if (!record) throw notFound();
      return open(at(id, which), O_RDONLY | O_NOFOLLOW);
    },

    async remove(id) {
      if (!idPattern.test(id) || active.has(id)) throw notFound();
      await removeCopies(id);
    },
  };
}

const tooMany = "Too many interrupted saves are kept; choose a version of each on the Files page first.";
const tooLarge = "The copies kept of saves have no room for this file; nothing was changed.";
const notFound = () => new AppError("not_found", "There is no such interrupted save.");

async function unlinkIfThere(path: string): Promise<void> {
  try {
    await unlink(path);
  } catch (error) {
    if ((error as { code?: string }).code !== "ENOENT") throw error;
  }
}

async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, O_RDONLY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
