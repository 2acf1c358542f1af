import type { Effect } from "./alert-state.ts";
import type { Entry } from "./entries.ts";

/** Transitions that wait while the database cannot be written. Beyond it the oldest are dropped. */
const MAX_UNWRITTEN = 10_000;

/** A change of an entry, to be stored in the history and sent. */
export interface AlertTransition extends Effect {
  entry: Entry;
  /** ISO 8601. */
  at: string;
}

/** What one write to the database contains. */
export interface Changes {
  saved: readonly Entry[];
  forgotten: readonly Entry[];
  transitions: readonly AlertTransition[];
}

export interface ChangeBufferOptions {
  /** Writes all or nothing, or throws; then the next write contains the same changes again. */
  commit(changes: Changes): void;
  onError(error: unknown): void;
  /** Milliseconds in which changes are collected into one write. */
  batchMs: number;
}

/** Collects changes of entries and writes them in batches. */
export interface ChangeBuffer {
  save(entry: Entry): void;
  forget(entry: Entry): void;
  add(entry: Entry, at: string, effects: readonly Effect[]): void;
  /** Writes now. */
  flush(): void;
  /** Writes now, for the last time. */
  close(): void;
}

export function createChangeBuffer({ commit, onError, batchMs }: ChangeBufferOptions): ChangeBuffer {
  const saved = new Set<Entry>();
  let forgotten: Entry[] = [];
  let transitions: AlertTransition[] = [];
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  const flush = () => {
    clearTimeout(timer);
    timer = undefined;
    if (saved.size === 0 && forgotten.length === 0 && transitions.length === 0) return;
    try {
      commit({ saved: [...saved], forgotten, transitions });
      saved.clear();
      forgotten = [];
      transitions = [];
    } catch (error) {
      transitions.splice(0, transitions.length - MAX_UNWRITTEN);
      onError(error);
    }
  };
  const schedule = () => {
    if (!closed) timer ??= setTimeout(flush, batchMs);
  };
  return {
    save(entry) {
      saved.add(entry);
      schedule();
    },
    forget(entry) {
      saved.delete(entry);
      forgotten.push(entry);
      schedule();
    },
    add(entry, at, effects) {
      for (const effect of effects) transitions.push({ ...effect, entry, at });
      if (effects.length > 0) schedule();
    },
    flush,
    close() {
      flush();
      closed = true;
      clearTimeout(timer);
    },
  };
}
