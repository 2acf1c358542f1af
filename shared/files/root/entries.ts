import { lstat, rename } from "node:fs/promises";
import type { FileEntry, FileKind } from "../../protocol/file.ts";
import { AppError } from "../../server/errors.ts";
import { createFile, lookUp } from "../saving/new-file.ts";
import type { OverwriteOptions } from "../saving/overwrite.ts";
import { receiveUpload, tooLarge, type UploadLimits } from "../saving/upload.ts";
import type { FileRoot } from "./file-root.ts";
import type { Folder } from "./folder.ts";
import { folderRights, kindOf, toEntry } from "./listing.ts";
import { parseEntryPath } from "./name.ts";
import { refuseOthers } from "./reading.ts";
import { removeEntry, removeTree } from "./removal.ts";
import { overwriteIn, type RootContext, requireJournal } from "./root-context.ts";

const nameTaken = () => new AppError("conflict", "Something of that name exists already.");

/** Renames an entry, or moves it to another folder of the root. Never replaces another entry. */
export function renameEntry({ inside, locks, protection }: RootContext, from: string, to: string): Promise<FileKind> {
  const source = parseEntryPath(from);
  const target = parseEntryPath(to);
  return inside(source.folder, (sourceFolder) =>
    inside(target.folder, (targetFolder) =>
      locks.run(`${targetFolder.id}/${target.name}`, async () => {
        const facts = await lstat(sourceFolder.at(source.name), { bigint: true });
        await protection.disturb(`${facts.dev}:${facts.ino}`);
        const present = await lookUp(targetFolder, target.name);
        // A case-insensitive disk finds the file itself there.
        const changesCase =
          source.name !== target.name &&
          source.name.toLowerCase() === target.name.toLowerCase() &&
          sourceFolder.id === targetFolder.id &&
          present?.ino === Number(facts.ino);
        if (present && !changesCase) throw nameTaken();
        await rename(sourceFolder.at(source.name), targetFolder.at(target.name));
        return kindOf(facts);
      }),
    ),
  );
}

/** Removes a file, or a folder with all its content. */
export async function removeAt({ inside, protection }: RootContext, path: string): Promise<FileKind> {
  const { folder: names, name } = parseEntryPath(path);
  return inside(names, async (folder) => {
    const facts = await lstat(folder.at(name), { bigint: true });
    await protection.disturb(`${facts.dev}:${facts.ino}`);
    if (facts.isDirectory()) await removeTree(folder, name, protection.enter);
    else await removeEntry(folder, name);
    return kindOf(facts);
  });
}

/** Writes a body to a new file, or over an existing one if `replace` allows it. */
export async function uploadTo(
  context: RootContext,
  limits: UploadLimits,
  ...[path, body, options]: Parameters<FileRoot["upload"]>
): Promise<{ entry: FileEntry; replaced: boolean }> {
  const { size, replace, allowHardLinks, confirm, signal } = options;
  const { folder: names, name } = parseEntryPath(path);
  if (size !== undefined && size > limits.maxBytes) throw tooLarge(limits.maxBytes);
  const receive =
    (disk: string): OverwriteOptions["stage"] =>
    async (draft) => {
      await receiveUpload(draft, disk, body, size, limits, signal);
      confirm?.();
    };
  const store = (folder: Folder, replaced: boolean) => {
    if (!replaced) return createFile(folder, name, undefined, receive(folder.self));
    const stage = receive(requireJournal(context.journal).folder);
    return overwriteIn(context, folder, [...names, name], { allowHardLinks, stage });
  };
  return context.inside(names, async (folder) => {
    const present = await lookUp(folder, name);
    if (present) refuseOthers(present);
    if (present && !replace) throw nameTaken();
    const facts = await store(folder, present !== undefined);
    return { entry: await toEntry(folder, name, facts, await folderRights(folder)), replaced: present !== undefined };
  });
}
