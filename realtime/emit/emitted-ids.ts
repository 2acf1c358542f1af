/** How long an id is remembered at least, in milliseconds. */
const WINDOW_MS = 10 * 60_000;
/** Ids remembered at once; about 15 MB. Above it the older half is forgotten before its time. */
const MAX_IDS = 100_000;

export interface EmittedIds {
  /** Number of sockets that the event with this id was sent to; undefined when the id is new or forgotten. */
  countOf(id: string): number | undefined;
  add(id: string, count: number): void;
  readonly size: number;
}

/**
 * Remembers the ids of emitted events, so that a repeat is delivered once. Two generations of at most `maxIds` / 2 ids:
 * the older one is forgotten as a whole, so no id costs a timer or a search for the oldest.
 *
 * @param now Milliseconds of a clock that never goes back.
 */
export function createEmittedIds({
  windowMs = WINDOW_MS,
  maxIds = MAX_IDS,
  now = () => performance.now(),
}: {
  windowMs?: number;
  maxIds?: number;
  now?: () => number;
} = {}): EmittedIds {
  let newer = new Map<string, number>();
  let older = new Map<string, number>();
  let newerSince = now();

  /** Forgets what is older than the window. */
  const expire = () => {
    const age = now() - newerSince;
    if (age < windowMs) return;
    older = age < 2 * windowMs ? newer : new Map();
    newer = new Map();
    newerSince = now();
  };

  return {
    countOf(id) {
      expire();
      return newer.get(id) ?? older.get(id);
    },
    add(id, count) {
      expire();
      if (newer.size >= maxIds / 2) {
        older = newer;
        newer = new Map();
        newerSince = now();
      }
      newer.set(id, count);
    },
    get size() {
      return newer.size + older.size;
    },
  };
}
