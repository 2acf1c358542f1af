import { batch, createSignal, onCleanup } from "solid-js";
import { createStore, produce } from "solid-js/store";

export interface UploadDeps {
  upload(
    path: string,
    file: Blob,
    options: { onProgress(share: number): void; signal: AbortSignal; allowHardLinks: boolean },
  ): Promise<void>;
  /** Asks to change a file with several hard links, when the error is about that. */
  confirmHardLinks?(error: unknown): Promise<boolean>;
  toMessage(error: unknown): string;
  onDone?(path: string): void;
}

export interface Upload {
  id: number;
  name: string;
  path: string;
  size: number;
  state: "waiting" | "sending" | "done" | "failed" | "cancelled";
  /** Fraction sent, 0 to 1. */
  progress: number;
  message: string;
}

/** Uploads at the same time, and uploads that may wait. */
const MAX_CONCURRENT = 2;
const MAX_WAITING = 1_000;

/** Uploads files two at a time and tracks the state of each. Running uploads are aborted with their owner. */
export function createUploads({ upload, toMessage, onDone, confirmHardLinks }: UploadDeps) {
  const [uploads, setUploads] = createStore<Upload[]>([]);
  const [refused, setRefused] = createSignal(0);
  const waiting: { id: number; file: Blob }[] = [];
  const running = new Map<number, AbortController>();
  let lastId = 0;

  const change = (id: number, fields: Partial<Upload>) => setUploads((one) => one.id === id, fields);

  function next() {
    while (running.size < MAX_CONCURRENT) {
      const job = waiting.shift();
      if (!job) return;
      void send(job.id, job.file);
    }
  }

  async function send(id: number, file: Blob): Promise<void> {
    const entry = uploads.find((one) => one.id === id);
    if (!entry) return;
    const { path } = entry;
    const abort = new AbortController();
    running.set(id, abort);
    change(id, { state: "sending" });
    try {
      const options = { signal: abort.signal, onProgress: (progress: number) => change(id, { progress }) };
      await upload(path, file, { ...options, allowHardLinks: false }).catch(async (error: unknown) => {
        if (!(await confirmHardLinks?.(error))) throw error;
        await upload(path, file, { ...options, allowHardLinks: true });
      });
      change(id, { state: "done", progress: 1 });
      onDone?.(path);
    } catch (error) {
      const cancelled = abort.signal.aborted;
      change(id, { state: cancelled ? "cancelled" : "failed", message: cancelled ? "" : toMessage(error) });
    } finally {
      running.delete(id);
      next();
    }
  }

  onCleanup(() => {
    waiting.length = 0;
    for (const abort of running.values()) abort.abort();
  });

  return {
    uploads,
    /** Files of the last `add` that were rejected because too many wait. */
    refused,
    active: () => uploads.some(({ state }) => state === "sending" || state === "waiting"),
    add(files: readonly { name: string; path: string; file: Blob }[]) {
      const room = Math.max(0, MAX_WAITING - waiting.length - running.size);
      setRefused(Math.max(0, files.length - room));
      batch(() => {
        for (const { name, path, file } of files.slice(0, room)) {
          const id = ++lastId;
          setUploads(
            produce((all) => {
              all.push({ id, name, path, size: file.size, state: "waiting", progress: 0, message: "" });
            }),
          );
          waiting.push({ id, file });
        }
      });
      next();
    },
    cancel(id: number) {
      const at = waiting.findIndex((job) => job.id === id);
      if (at >= 0) {
        waiting.splice(at, 1);
        change(id, { state: "cancelled" });
      }
      running.get(id)?.abort();
    },
    /** Removes finished uploads from the list. */
    clear: () => setUploads((all) => all.filter(({ state }) => state === "sending" || state === "waiting")),
  };
}

export type Uploads = ReturnType<typeof createUploads>;
