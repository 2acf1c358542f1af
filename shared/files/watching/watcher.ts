import { readdir, realpath, stat } from "node:fs/promises";
import { join } from "node:path";
import type { FSWatcher } from "chokidar";
import type { FileChangeType } from "../../protocol/events/files.ts";
import { createFloodGate, type FloodGate, MAX_CHANGES } from "./flood-gate.ts";
import { openWatch, toError } from "./open-watch.ts";

export interface FolderWatcher {
  close(): Promise<void>;
}

export interface FolderWatchHandlers {
  /** `name` is the entry inside the folder; empty for the folder itself, or a `rescan`. */
  onChange(type: FileChangeType, name: string): void;
  /** The folder can no longer be watched, for this reason. It is polled instead, if possible. */
  onError(error: Error): void;
}

/**
 * Watches one folder without its subfolders. Resolves after the first scan; later changes are reported. The path must not
 * contain links, as returned by `FileRoot.resolveFolder`.
 * @throws Error with an errno if there is no such folder
 */
export type WatchFolder = (absolutePath: string, handlers: FolderWatchHandlers) => Promise<FolderWatcher>;

export interface WatchFolderOptions {
  /** Interval at which the folder itself is checked: removed, created again or replaced. */
  checkMs?: number;
  /** Interval at which entries are compared if the kernel has no watch left. */
  pollMs?: number;
  /** More changes than this within 100 ms become one `rescan`. */
  maxChanges?: number;
}

/** After this many changes, the kernel's queue (16,384 by default) may have overflowed, which it does not report. */
const OVERFLOW_SUSPECT = 4_000;
/** Limits the polling of a large folder to a few percent of a core: 100,000 entries are compared every 20 s. */
const POLLED_ENTRIES_PER_MS = 5;

export const watchFolder: WatchFolder = createWatchFolder();

/** Creates a `watchFolder`. Its watches share one kernel queue and all report a `rescan` if it may have overflowed. */
export function createWatchFolder({
  checkMs = 500,
  pollMs = 1_000,
  maxChanges = MAX_CHANGES,
}: WatchFolderOptions = {}): WatchFolder {
  const gates = new Set<FloodGate>();
  return (absolutePath, handlers) => watchOne(absolutePath, handlers, { checkMs, pollMs, maxChanges, gates });
}

/** The intervals of {@link WatchFolderOptions}, and the gates of all watches of the kernel queue. */
interface WatchContext extends Required<WatchFolderOptions> {
  gates: Set<FloodGate>;
}

async function watchOne(
  absolutePath: string,
  { onChange, onError }: FolderWatchHandlers,
  { checkMs, pollMs, maxChanges, gates }: WatchContext,
): Promise<FolderWatcher> {
  let identity: string | undefined = await identify(absolutePath);
  let watcher: FSWatcher | undefined;
  let native = true;
  let closed = false;
  let turn = Promise.resolve();
  let check: NodeJS.Timeout | undefined;
  let interval = pollMs;
  let stopWaiting = () => {};

  const gate = createFloodGate(
    (type, name) => {
      if (!closed) onChange(type, name);
    },
    (changes) => {
      if (changes < OVERFLOW_SUSPECT) return;
      inTurn(reopen); // chokidar missed changes too
      for (const other of gates) if (other !== gate) other.change("rescan", "");
    },
    maxChanges,
  );

  /** Runs one step at a time: a folder removed while it is being reopened must not leave a second watcher. */
  const inTurn = (step: () => Promise<void>): Promise<void> => {
    turn = turn.then(() => (closed ? undefined : step())).catch((error: unknown) => onError(toError(error)));
    return turn;
  };

  const open = async (): Promise<void> => {
    const failure = await start();
    if (!failure || !native || closed) return;
    // Out of watches (ENOSPC) or instances (EMFILE): existing watches continue, this one polls.
    native = false;
    onError(failure);
    await watcher?.close();
    interval = Math.max(pollMs, (await readdir(absolutePath)).length / POLLED_ENTRIES_PER_MS);
    await start();
  };

  const start = (): Promise<Error | undefined> => {
    const opened = openWatch(absolutePath, native ? undefined : interval, {
      onChange(type, name) {
        if (type === "rescan" || opened.watcher === watcher) gate.change(type, name);
      },
      onFolderGone() {
        if (opened.watcher === watcher) inTurn(leave);
      },
      onError,
    });
    watcher = opened.watcher;
    stopWaiting = opened.stopWaiting;
    return opened.ready;
  };

  const reopen = async (): Promise<void> => {
    await watcher?.close();
    await open();
    gate.change("rescan", "");
  };

  const leave = async (): Promise<void> => {
    if (identity === undefined || (await identify(absolutePath).catch(() => undefined)) === identity) return;
    identity = undefined;
    await watcher?.close();
    watcher = undefined;
    gate.change("unlinkDir", "");
  };

  const look = async (): Promise<void> => {
    const found = await identify(absolutePath).catch(() => undefined);
    if (found === identity) return;
    if (found === undefined) return leave();
    const cameBack = identity === undefined;
    identity = found;
    if (cameBack) gate.change("addDir", "");
    await reopen();
  };

  const schedule = () => {
    if (!closed) check = setTimeout(() => void inTurn(look).then(schedule), checkMs);
  };

  await open();
  gates.add(gate);
  schedule();

  return {
    async close() {
      closed = true;
      clearTimeout(check);
      gates.delete(gate);
      gate.close();
      stopWaiting();
      await watcher?.close();
      await turn;
      await watcher?.close();
    },
  };
}

/** Returns the identity of a folder, which changes if it is replaced. @throws Error `ENOTDIR` if the path has a link */
async function identify(absolutePath: string): Promise<string> {
  const [real, facts] = await Promise.all([realpath(absolutePath), stat(absolutePath, { bigint: true })]);
  if (real !== join(absolutePath) || !facts.isDirectory()) {
    throw Object.assign(new Error("not a folder, or behind a link"), { code: "ENOTDIR" });
  }
  return `${facts.dev}:${facts.ino}:${facts.birthtimeNs}`;
}
