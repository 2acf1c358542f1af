import type { FileHandle } from "node:fs/promises";
import type { InterruptedSave } from "../../protocol/file.ts";
import { AppError, toAppError } from "../../server/errors.ts";
import type { Folder } from "../root/folder.ts";
import { openRegularFile } from "../root/reading.ts";
import { digest } from "./copy-bytes.ts";
import { createFile, lookUp } from "./new-file.ts";
import { type OverwriteOptions, overwriteFile } from "./overwrite.ts";
import type { InterruptedRecord, SaveVersion } from "./save-files.ts";
import type { SaveJournal } from "./save-journal.ts";

/** Larger files are not read to determine their version: they count as a mix. */
const MAX_COMPARE_BYTES = 64 * 1024 * 1024;

/** Current content of the file of an interrupted save; `after` if the save was complete. */
export async function stateOf(
  folder: Folder,
  name: string,
  { before, after }: InterruptedRecord,
): Promise<InterruptedSave["state"] | "after"> {
  let handle: FileHandle;
  try {
    ({ handle } = await openRegularFile(folder, name));
  } catch (error) {
    return (error as { code?: string }).code === "ENOENT" ? "missing" : "mixed";
  }
  try {
    const { size } = await handle.stat();
    if (size > MAX_COMPARE_BYTES) return "mixed";
    const now = await digest(handle, size);
    if (now.sha256 === after.sha256) return "after";
    return now.sha256 === before.sha256 ? "before" : "mixed";
  } finally {
    await handle.close();
  }
}

/** Writes the chosen version to the file like any save, and deletes both copies. */
export async function chooseVersion(
  folder: Folder,
  name: string,
  record: InterruptedRecord,
  version: SaveVersion,
  { journal, target, lock }: Pick<OverwriteOptions, "journal" | "target" | "lock">,
): Promise<void> {
  const copy = await journal.open(record.id, version);
  const stage = async (draft: FileHandle) => {
    const { sha256 } = await digest(copy, record[version].size, draft);
    if (sha256 !== record[version].sha256) throw damaged();
  };
  try {
    // Its other names were confirmed at the save.
    const options = { journal, target, lock, stage, allowHardLinks: true, beyond: true };
    if (await lookUp(folder, name)) await overwriteFile(folder, name, options);
    else await createFile(folder, name, record.mode & 0o777, stage);
  } finally {
    await copy.close();
  }
  await journal.remove(record.id);
}

/** Returns the names below the root of the recorded path; undefined if it is elsewhere. */
export function namesBelow(root: string, target: string): string[] | undefined {
  const prefix = root === "/" ? "/" : `${root}/`;
  return target.startsWith(prefix) ? target.slice(prefix.length).split("/") : undefined;
}

/** Lists the journal's saves below one root. Saves in folders that can no longer be entered are hidden. */
export async function listInterrupted(
  journal: SaveJournal,
  root: string,
  look: (names: string[], record: InterruptedRecord) => Promise<InterruptedSave["state"] | "after">,
): Promise<{ record: InterruptedRecord; names: string[]; state: InterruptedSave["state"] }[]> {
  const found: { record: InterruptedRecord; names: string[]; state: InterruptedSave["state"] }[] = [];
  for (const record of await journal.interrupted()) {
    const names = namesBelow(root, record.target);
    if (!names) continue;
    const state = await look(names, record).catch((error: unknown) =>
      toAppError(error).code === "not_found" ? ("missing" as const) : undefined,
    );
    if (state === "after") await journal.remove(record.id);
    else if (state !== undefined) found.push({ record, names, state });
  }
  return found;
}

const damaged = () => new AppError("not_found", "The stored copy is damaged; nothing was changed.");
