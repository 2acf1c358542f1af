import { explains, indexOfStart, isStartOf, learnTimes, type RunEvent, type RunState } from "../logs/container-runs.ts";
import { delay } from "../server/async/backoff.ts";

/** Events stored per container, and containers stored. */
const MAX_EVENTS = 128;
const MAX_CONTAINERS = 2_000;
/** Longest delay of an event after the change of state. */
const MAX_WAIT_MS = 2_000;
/** The Engine's stored events arrive within this time after the stream opens. */
const REPLAY_MS = 300;

/** The newest ends and starts of each container, from the Engine's events. */
export interface RunJournal {
  add(id: string, event: RunEvent): void;
  /** To be called when the Engine's event stream opens; `broken` when it breaks. */
  opened(): void;
  broken(): void;
  /**
   * Returns the container's ends and starts, oldest first. Waits for the event of the newest change in `state`, which can
   * arrive after the state itself; {@link MAX_WAIT_MS} at most.
   */
  upTo(id: string, state: RunState, signal: AbortSignal): Promise<readonly RunEvent[]>;
  /**
   * Records the start time by which a reader names a run, so that a later start event gets the same name. Returns the state
   * with the name that other readers use for the run.
   */
  note(id: string, state: RunState): RunState;
  /** Resolves with the next end or start of the container, or after `limitMs`. */
  change(id: string, limitMs: number, signal: AbortSignal): Promise<void>;
  /** Whether the run that started at the time has ended, according to the events received so far. */
  hasEnded(id: string, startedAt: string): boolean;
  /** Returns the events received so far. */
  of(id: string): readonly RunEvent[];
  /** Returns the full id of the container with an event whose id begins so; undefined when there is none. */
  find(shortId: string): string | undefined;
  /** Resolves once the older events that the Engine still holds have arrived, at the latest after {@link MAX_WAIT_MS}. */
  replayed(signal: AbortSignal): Promise<void>;
}

export function createRunJournal(): RunJournal {
  const journal = new Map<string, RunEvent[]>();
  const waiting = new Set<() => void>();
  /** Starts that a reader saw before their event, by container. */
  const seen = new Map<string, string>();
  let openedAt: number | undefined;

  const wake = () => {
    for (const go of [...waiting]) go();
  };
  const of = (id: string) => journal.get(id) ?? [];

  /** Resolves at a change of the journal that `ends` accepts, or after `limitMs`. */
  const wait = (limitMs: number, signal: AbortSignal, ends: () => boolean) =>
    new Promise<void>((resolve) => {
      const over = new AbortController();
      const look = () => {
        if (ends()) over.abort();
      };
      waiting.add(look);
      void delay(limitMs, AbortSignal.any([signal, over.signal])).then(() => {
        waiting.delete(look);
        resolve();
      });
    });
  const next = (id: string, count: number, limitMs: number, signal: AbortSignal) =>
    wait(limitMs, signal, () => openedAt === undefined || of(id).length !== count);

  return {
    add(id, event) {
      const events = of(id);
      const startedAt = seen.get(id);
      if (event.kind === "start" && startedAt !== undefined) {
        seen.delete(id);
        if (isStartOf(event.time, startedAt)) event.startedAt ??= startedAt;
      }
      // The container with the newest event is last, so that those without events for longest are dropped first.
      journal.delete(id);
      journal.set(id, [...events, event].slice(-MAX_EVENTS));
      if (journal.size > MAX_CONTAINERS) journal.delete(journal.keys().next().value as string);
      wake();
    },
    opened() {
      openedAt = Date.now();
      wake();
    },
    broken() {
      openedAt = undefined;
      wake();
    },
    async upTo(id, state, signal) {
      const until = Date.now() + MAX_WAIT_MS;
      const changedAt = Date.parse((state.running ? state.startedAt : state.finishedAt) ?? "") || 0;
      while (openedAt !== undefined && !explains(of(id), state) && !signal.aborted) {
        const limit = changedAt < openedAt ? openedAt + REPLAY_MS : until;
        const left = Math.min(limit, until) - Date.now();
        if (left <= 0) break;
        await next(id, of(id).length, left, signal);
      }
      learnTimes(of(id), state);
      return of(id);
    },
    note(id, state) {
      const events = of(id);
      learnTimes(events, state);
      const index = state.startedAt === null ? -1 : indexOfStart(events, state.startedAt);
      if (state.startedAt !== null && index === -1) {
        seen.set(id, state.startedAt);
        if (seen.size > MAX_CONTAINERS) seen.delete(seen.keys().next().value as string);
      }
      return { ...state, startedAt: events[index]?.startedAt ?? state.startedAt };
    },
    hasEnded(id, startedAt) {
      const events = of(id);
      if (events.at(-1)?.startedAt === startedAt) return false;
      const index = indexOfStart(events, startedAt);
      return index !== -1 && events[index + 1]?.kind === "die";
    },
    change: (id, limitMs, signal) => next(id, of(id).length, limitMs, signal),
    of,
    find: (shortId) => [...journal.keys()].findLast((id) => id.startsWith(shortId)),
    async replayed(signal) {
      const until = Date.now() + MAX_WAIT_MS;
      while (!signal.aborted) {
        const opened = openedAt;
        const left = (openedAt === undefined ? until : Math.min(until, openedAt + REPLAY_MS)) - Date.now();
        if (left <= 0) return;
        await wait(left, signal, () => openedAt !== opened);
      }
    },
  };
}
