import { readdir, realpath, stat } from "node:fs/promises";
import { join, relative } from "node:path";
import { type FSWatcher, watch } from "chokidar";
import type { FileChangeType } from "../../protocol/events/files.ts";
import { isDraftName } from "../saving/new-file.ts";
import { createFloodGate, type FloodGate } from "./flood-gate.ts";

export interface FolderWatcher {
  close(): Promise<void>;
}

export interface FolderWatchHandlers {
  /** `name` is the entry inside the folder; empty for the folder itself, or a `rescan`. */
  onChange(type: FileChangeType, name: string): void;
  /** The folder can no longer be watched; polling takes over where it can, and this tells why. */
  onError(error: Error): void;
}

/**
 * Watches one folder, not what lies deeper. Resolves once the first scan is done: changes from then on are reported.
 * The path must be real (no link in it), as `FileRoot.resolveFolder` gives it. Throws the errno when there is no such folder.
 */
export type WatchFolder = (absolutePath: string, handlers: FolderWatchHandlers) => Promise<FolderWatcher>;

export interface WatchFolderOptions {
  /** How often a folder is looked at by itself: whether it went, came back or was replaced. */
  checkMs?: number;
  /** How often entries are compared where the kernel has no watch left. */
  pollMs?: number;
}

/** A flood this long may have overflowed the kernel's queue (16,384 by default), which it does not tell. */
const OVERFLOW_SUSPECT = 4_000;
/** Keeps polling of a large folder to a few percent of a core: 100,000 entries are compared every 20 s. */
const POLLED_ENTRIES_PER_MS = 5;

export const watchFolder: WatchFolder = createWatchFolder();

/** Makes a `watchFolder`; those it opens share one kernel queue and all get a `rescan` when it may have overflowed. */
export function createWatchFolder({ checkMs = 500, pollMs = 1_000 }: WatchFolderOptions = {}): WatchFolder {
  const gates = new Set<FloodGate>();

  return async (absolutePath, { onChange, onError }) => {
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
        inTurn(reopen); // chokidar's picture of the folder has holes too
        for (const other of gates) if (other !== gate) other.change("rescan", "");
      },
    );

    /** One step at a time: a folder that goes while it is being reopened must not leave a second watcher behind. */
    const inTurn = (step: () => Promise<void>): Promise<void> => {
      turn = turn.then(() => (closed ? undefined : step())).catch((error: unknown) => onError(toError(error)));
      return turn;
    };

    const open = async (): Promise<void> => {
      const failure = await start();
      if (!failure || !native || closed) return;
      // Out of watches (ENOSPC) or instances (EMFILE): those already there keep theirs, this one looks by itself.
      native = false;
      onError(failure);
      await watcher?.close();
      interval = Math.max(pollMs, (await readdir(absolutePath)).length / POLLED_ENTRIES_PER_MS);
      await start();
    };

    const start = (): Promise<Error | undefined> =>
      new Promise((resolve) => {
        let failure: Error | undefined;
        let ready = false;
        stopWaiting = () => resolve(undefined);
        const opened = watch(absolutePath, {
          depth: 0,
          ignoreInitial: true,
          followSymlinks: false,
          ignorePermissionErrors: true,
          // Its merging of unlink and add costs 100 ms on every unlink; editors that rename give a change anyway.
          atomic: false,
          backend: native ? "native" : "polling",
          pollingInterval: interval,
          pollingBinaryInterval: interval,
        });
        watcher = opened;
        opened.on("all", (type, path) => {
          if (opened !== watcher) return;
          const name = relative(absolutePath, path);
          if (name !== "") {
            if (!isDraftName(name)) gate.change(type as FileChangeType, name);
          } else if (type === "unlinkDir") inTurn(leave);
        });
        // A name that is not UTF-8 cannot be told, and chokidar does not find it: the listing can.
        opened.on("raw", (_event, name) => {
          if (typeof name === "string" && name.includes("\uFFFD")) gate.change("rescan", "");
        });
        opened.on("error", (error) => {
          if (ready) onError(toError(error));
          else failure = toError(error);
        });
        opened.on("ready", () => {
          ready = true;
          resolve(failure);
        });
      });

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
  };
}

/** Tells a folder from another that took its place; a link on the way means that it leads elsewhere now. */
async function identify(absolutePath: string): Promise<string> {
  const [real, facts] = await Promise.all([realpath(absolutePath), stat(absolutePath, { bigint: true })]);
  if (real !== join(absolutePath) || !facts.isDirectory()) {
    throw Object.assign(new Error("not a folder, or behind a link"), { code: "ENOTDIR" });
  }
  return `${facts.dev}:${facts.ino}:${facts.birthtimeNs}`;
}

const toError = (thrown: unknown): Error => (thrown instanceof Error ? thrown : new Error(String(thrown)));
