import { formatPath, parseEntryPath } from "../../shared/files/root/name.ts";
import { hasControlCharacter } from "../../shared/protocol/control-character.ts";
import type { FileChange, FileChangeType } from "../../shared/protocol/events/files.ts";
import type { FileKind } from "../../shared/protocol/file.ts";
import type { ApiDeps } from "../deps.ts";

/**
 * Notifies viewers of the folder of an entry. The watcher notifies them too, except where the kernel has no watch left.
 *
 * @param path Of the entry that changed.
 */
export function notifyFolder({ realtime }: Pick<ApiDeps, "realtime">, path: string, type: FileChangeType): void {
  const { folder, name } = parseEntryPath(path);
  const change: FileChange = { path: formatPath(folder), type, name, timestamp: new Date().toISOString() };
  // A folder whose name has a control character cannot be watched.
  if (!hasControlCharacter(change.path)) realtime.emitToFiles(change.path, "change", change);
}

export const added = (kind: FileKind): FileChangeType => (kind === "directory" ? "addDir" : "add");
export const removed = (kind: FileKind): FileChangeType => (kind === "directory" ? "unlinkDir" : "unlink");
