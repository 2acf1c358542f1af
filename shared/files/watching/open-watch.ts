import { relative } from "node:path";
import { type FSWatcher, watch } from "chokidar";
import type { FileChangeType } from "../../protocol/events/files.ts";
import { isDraftName } from "../saving/new-file.ts";

export interface OpenedWatch {
  watcher: FSWatcher;
  /** Resolves after the first scan, with its error if it failed. */
  ready: Promise<Error | undefined>;
  /** Resolves `ready` at once. */
  stopWaiting(): void;
}

export interface WatchEvents {
  /** `name` is the entry inside the folder; empty for a `rescan`. Drafts of saves are left out. */
  onChange(type: FileChangeType, name: string): void;
  /** The folder itself was removed or replaced. */
  onFolderGone(): void;
  /** An error after the first scan. */
  onError(error: Error): void;
}

/** Opens a chokidar watch of one folder: with the kernel's events, or by polling every `pollMs` if given. */
export function openWatch(absolutePath: string, pollMs: number | undefined, events: WatchEvents): OpenedWatch {
  const { promise: ready, resolve } = Promise.withResolvers<Error | undefined>();
  let failure: Error | undefined;
  let isReady = false;
  const watcher = watch(absolutePath, {
    depth: 0,
    ignoreInitial: true,
    followSymlinks: false,
    ignorePermissionErrors: true,
    // chokidar's merging of unlink and add would delay each unlink by 100 ms; editors that rename cause a change anyway.
    atomic: false,
    backend: pollMs === undefined ? "native" : "polling",
    pollingInterval: pollMs,
    pollingBinaryInterval: pollMs,
  });
  watcher.on("all", (type, path) => {
    const name = relative(absolutePath, path);
    if (name !== "") {
      if (!isDraftName(name)) events.onChange(type as FileChangeType, name);
    } else if (type === "unlinkDir") events.onFolderGone();
  });
  // chokidar does not report names that are not UTF-8, but a new listing includes them.
  watcher.on("raw", (_event, name) => {
    if (typeof name === "string" && name.includes("\uFFFD")) events.onChange("rescan", "");
  });
  watcher.on("error", (error) => {
    if (isReady) events.onError(toError(error));
    else failure = toError(error);
  });
  watcher.on("ready", () => {
    isReady = true;
    resolve(failure);
  });
  return { watcher, ready, stopWaiting: () => resolve(undefined) };
}

export const toError = (thrown: unknown): Error => (thrown instanceof Error ? thrown : new Error(String(thrown)));
