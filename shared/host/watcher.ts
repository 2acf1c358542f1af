import type { FileChangeType } from "../protocol/events/files.ts";

export interface FolderWatcher {
  close(): Promise<void>;
}

export interface FolderWatchHandlers {
  /** `name` is the entry inside the folder; empty for the folder itself, or a `rescan`. */
  onChange(type: FileChangeType, name: string): void;
  /** The folder can no longer be watched; polling takes over where it can, and this tells why. */
  onError(error: Error): void;
}

/** Watches one folder, not what lies deeper. Resolves once the first scan is done: changes from then on are told. */
export type WatchFolder = (absolutePath: string, handlers: FolderWatchHandlers) => Promise<FolderWatcher>;
