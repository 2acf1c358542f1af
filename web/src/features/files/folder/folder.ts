import { type Accessor, createEffect, createSignal, on, onCleanup } from "solid-js";
import type { FileChange } from "../../../../../shared/protocol/events/files.ts";
import type { FileEntry, FolderListing } from "../../../../../shared/protocol/file.ts";

export interface FolderDeps {
  list(path: string, page: { after?: string; limit?: number }): Promise<FolderListing>;
  /** Reports changes in a folder; returns a function that stops it. */
  watch(path: string, onChange: (change: FileChange) => void): () => void;
  /** Time in which changes are collected before the folder is read again, in milliseconds. */
  settleMs?: number;
}

/** Entries per page, and pages that are read: a larger folder is shown in part. */
const PAGE_SIZE = 1_000;
const MAX_PAGES = 100;

/** The entries of the folder at `path`, updated when the disk changes. */
export function createFolder(path: Accessor<string>, { list, watch, settleMs = 200 }: FolderDeps) {
  const [entries, setEntries] = createSignal<readonly FileEntry[]>([]);
  /** True until the folder is read, so that no notice flashes. */
  const [writable, setWritable] = createSignal(true);
  const [root, setRoot] = createSignal("");
  const [total, setTotal] = createSignal(0);
  const [state, setState] = createSignal<"loading" | "ready" | "failed">("loading");
  const [error, setError] = createSignal<unknown>(null);
  /** Number of the newest read: older reads stop. */
  let reading = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let lastDuration = 0;
  let running = false;
  let dirty = false;

  async function read(fresh: boolean): Promise<void> {
    const mine = ++reading;
    running = true;
    dirty = false;
    const started = performance.now();
    if (fresh) {
      setState("loading");
      setEntries([]);
    }
    try {
      let gathered: FileEntry[] = [];
      let after: string | undefined;
      for (let page = 0; page < MAX_PAGES; page++) {
        const folder = await list(path(), { limit: PAGE_SIZE, after });
        if (mine !== reading) return;
        gathered = gathered.concat(folder.entries);
        setRoot(folder.root);
        setTotal(folder.total);
        setWritable(folder.writable);
        // The first read shows its pages as they arrive; a later one must not make the list shrink.
        if (fresh) {
          setEntries(gathered);
          setState("ready");
        }
        if (folder.next === null) break;
        after = folder.next;
      }
      setEntries(gathered);
      setError(null);
      setState("ready");
    } catch (problem) {
      if (mine !== reading) return;
      setError(problem);
      setState("failed");
    } finally {
      if (mine === reading) {
        running = false;
        lastDuration = performance.now() - started;
        if (dirty) schedule();
      }
    }
  }

  /** Reads again after changes settle. A large folder is read for at most a quarter of the time. */
  function schedule() {
    dirty = true;
    if (running || timer !== undefined) return;
    timer = setTimeout(
      () => {
        timer = undefined;
        void read(false);
      },
      Math.max(settleMs, lastDuration * 3),
    );
  }

  function onChange(change: FileChange) {
    if (change.type === "unlink" || change.type === "unlinkDir") {
      setEntries((old) =>
        old.some(({ name }) => name === change.name) ? old.filter(({ name }) => name !== change.name) : old,
      );
    }
    schedule();
  }

  function stop() {
    reading++;
    running = false;
    clearTimeout(timer);
    timer = undefined;
  }

  createEffect(
    on(path, (current) => {
      const unwatch = watch(current, onChange);
      void read(true);
      onCleanup(() => {
        unwatch();
        stop();
      });
    }),
  );

  return {
    entries,
    /** Path of the root on the host; empty until the first response. */
    root,
    /** Entries in the folder, listed or not. */
    total,
    /** Whether the panel may make, rename and remove entries here. */
    writable,
    state,
    error,
    /** Reads the folder again at once. */
    refresh: () => {
      clearTimeout(timer);
      timer = undefined;
      return read(state() === "failed");
    },
  };
}

export type Folder = ReturnType<typeof createFolder>;
