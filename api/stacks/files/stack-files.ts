import { posix } from "node:path";
import type { InterruptedSave, TextFile } from "../../../shared/protocol/file.ts";
import { COMPOSE_FILE_MAX, type StackFile } from "../../../shared/protocol/stack.ts";
import { AppError } from "../../../shared/server/errors.ts";
import { stackErrors } from "../messages.ts";
import type { StackLocation } from "./locations.ts";

/**
 * Reads one compose file of a stack.
 * @param index 0 for the main file.
 * @throws AppError `not_found`, `too_large` (over 256 KiB), and what `FileRoot.readText` throws.
 */
export async function readStackFile(location: StackLocation, index: number): Promise<StackFile> {
  const { root, path } = await location.resolve(pathOf(location, index));
  const file = await root.readText(path);
  if (file.size > COMPOSE_FILE_MAX) throw new AppError("too_large", stackErrors.fileTooLarge);
  return toStackFile(location, index, file);
}

/** Reads all compose files of a stack, main file first. */
export const readStackFiles = (location: StackLocation): Promise<StackFile[]> =>
  Promise.all(location.files.map((_, index) => readStackFile(location, index)));

/**
 * Writes one compose file. An existing file keeps its mode.
 * @param etag Of the text it replaces; undefined for a new file.
 * @throws AppError `conflict` when the file has changed, and what `FileRoot.writeText` throws.
 */
export async function writeStackFile(
  location: StackLocation,
  index: number,
  content: string,
  etag: string | undefined,
  allowHardLinks = false,
): Promise<StackFile> {
  const { root, path } = await location.resolve(pathOf(location, index));
  return toStackFile(location, index, await root.writeText(path, content, etag, { mode: 0o600, allowHardLinks }));
}

/** Interrupted saves of files in the stack's folder, with paths inside that folder. */
export async function interruptedSaves({ root, folder }: StackLocation): Promise<InterruptedSave[]> {
  const below = `${folder}/`;
  const saves = (await root.interruptedSaves()).filter(({ path }) => path.startsWith(below));
  return saves.map((save) => ({ ...save, path: save.path.slice(below.length) }));
}

function pathOf(location: StackLocation, index: number): string {
  const file = location.files[index];
  if (file === undefined) throw new AppError("not_found", stackErrors.noSuchFile);
  return file;
}

const toStackFile = (location: StackLocation, index: number, file: TextFile): StackFile => ({
  index,
  name: posix.relative(location.folder, pathOf(location, index)),
  content: file.content,
  etag: file.etag,
  modifiedAt: file.modifiedAt,
  readOnly: file.readOnly !== null,
});
