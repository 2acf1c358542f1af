import { posix } from "node:path";
import type { InterruptedSave, TextFile } from "../../../shared/protocol/file.ts";
import { COMPOSE_FILE_MAX, type StackFile } from "../../../shared/protocol/stack.ts";
import { AppError } from "../../../shared/server/errors.ts";
import type { StackPlace } from "./locations.ts";

/** One compose file of a stack; 0 is the main one. Throws `not_found` and `too_large`. */
export async function readStackFile(place: StackPlace, index: number): Promise<StackFile> {
  const { root, path } = await place.resolve(pathOf(place, index));
  const file = await root.readText(path);
  if (file.size > COMPOSE_FILE_MAX) throw new AppError("too_large", "A compose file has 256 KiB at most.");
  return toStackFile(place, index, file);
}

/** All compose files of a stack, main file first. */
export const readStackFiles = (place: StackPlace): Promise<StackFile[]> =>
  Promise.all(place.files.map((_, index) => readStackFile(place, index)));

/** @param etag Of the text it replaces; `conflict` when that is not there any more. Undefined: there is none yet. */
export async function writeStackFile(
  place: StackPlace,
  index: number,
  content: string,
  etag: string | undefined,
  allowHardLinks = false,
): Promise<StackFile> {
  // A file that is there keeps its mode.
  const { root, path } = await place.resolve(pathOf(place, index));
  return toStackFile(place, index, await root.writeText(path, content, etag, { mode: 0o600, allowHardLinks }));
}

/** Saves of files in its folder that were left half done, with paths inside that folder. */
export async function interruptedSaves({ root, folder }: StackPlace): Promise<InterruptedSave[]> {
  const below = `${folder}/`;
  const saves = (await root.interruptedSaves()).filter(({ path }) => path.startsWith(below));
  return saves.map((save) => ({ ...save, path: save.path.slice(below.length) }));
}

function pathOf(place: StackPlace, index: number): string {
  const file = place.files[index];
  if (file === undefined) throw new AppError("not_found", "The stack has no such file.");
  return file;
}

const toStackFile = (place: StackPlace, index: number, file: TextFile): StackFile => ({
  index,
  name: posix.relative(place.folder, pathOf(place, index)),
  content: file.content,
  etag: file.etag,
  modifiedAt: file.modifiedAt,
  readOnly: file.readOnly !== null,
});
