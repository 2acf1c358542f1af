import { readdir, readFile, stat, unlink } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";

/** Largest record that is read, in bytes. */
const MAX_RECORD_BYTES = 64 * 1024;

const version = z.object({ size: z.number(), sha256: z.string() });
const recordSchema = z.object({
  /** Absolute path on the host, with names in the API's notation. */
  target: z.string(),
  /** Permission bits of the file. */
  mode: z.number(),
  startedAt: z.iso.datetime(),
  before: version,
  after: version,
});

export type SaveRecord = z.infer<typeof recordSchema>;
export type SaveVersion = "before" | "after";
/** A save that was neither completed nor rolled back. */
export interface InterruptedRecord extends SaveRecord {
  id: string;
}

/** Whether a text is the id of a save, which is part of its file names. */
export const isSaveId = (id: string): boolean => /^[0-9a-f]{24}$/.test(id);

/** The files of the saves in one folder: two copies and, once both are complete, a record. */
export interface SaveFiles {
  /** Path of a part of a save. */
  at(id: string, part: SaveVersion | "json"): string;
  /** Lists the saves with the parts that exist. */
  ids(): Promise<{ id: string; parts: Set<string> }[]>;
  /** Returns the record of a save; undefined if it is missing or damaged. */
  readRecord(id: string): Promise<InterruptedRecord | undefined>;
  /** Removes all parts of a save. */
  removeCopies(id: string): Promise<void>;
  /** Returns the size of all copies together, in bytes. */
  size(): Promise<number>;
  /** Returns the time of the last change of any part, in milliseconds since the epoch. */
  changedAt(id: string): Promise<number>;
}

export function createSaveFiles(folder: string): SaveFiles {
  const at = (id: string, part: SaveVersion | "json") => join(folder, `${id}.${part}`);

  const removeCopies = async (id: string): Promise<void> => {
    // The record is removed first: copies without a record are leftovers.
    for (const part of ["json", "before", "after"] as const) await unlinkIfThere(at(id, part));
  };

  const ids = async (): Promise<{ id: string; parts: Set<string> }[]> => {
    const found = new Map<string, Set<string>>();
    for (const name of await readdir(folder).catch(() => [])) {
      const [id = "", part = ""] = name.split(".");
      if (!isSaveId(id)) continue;
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

  const size = async (): Promise<number> => {
    let bytes = 0;
    for (const { id, parts } of await ids()) {
      for (const part of ["before", "after"] as const) {
        if (parts.has(part)) bytes += (await stat(at(id, part)).catch(() => undefined))?.size ?? 0;
      }
    }
    return bytes;
  };

  const changedAt = async (id: string): Promise<number> => {
    const facts = await Promise.all(
      (["before", "after", "json"] as const).map((part) => stat(at(id, part)).catch(() => undefined)),
    );
    return Math.max(...facts.map((one) => one?.mtimeMs ?? 0));
  };

  return { at, ids, readRecord, removeCopies, size, changedAt };
}

async function unlinkIfThere(path: string): Promise<void> {
  try {
    await unlink(path);
  } catch (error) {
    if ((error as { code?: string }).code !== "ENOENT") throw error;
  }
}
