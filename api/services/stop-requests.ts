import type { DatabaseSync } from "node:sqlite";
import type { ContainerEvent, ContainerEvents } from "../../shared/docker/container-events.ts";
import type { Log } from "../../shared/server/log.ts";
import { createMemoryKills } from "./memory-kills.ts";

/** Containers that are remembered. The oldest notes go first. */
const MAX_NOTES = 5_000;
/** A stop ends within the grace period of the container, which is some minutes at most. */
const GRACE_MS = 10 * 60_000;
/** Largest difference between the Engine's clock and ours for the same end. */
const TOLERANCE_MS = 15_000;
const WRITE_AFTER_MS = 500;
/** SIGINT, SIGQUIT, SIGKILL, SIGTERM: their only purpose is an end. */
const ending = new Set([2, 3, 9, 15]);
/** SIGHUP and SIGABRT have other purposes too: an end counts as requested when its exit code names the signal. */
const ambiguous = new Set([1, 6]);
const SIGTERM = 15;

interface Note {
  askedAt: number | null;
  signal: number | null;
  endedAt: number | null;
  requested: boolean;
}

/** Distinguishes a requested stop from a crash, across restarts of the API. */
export interface StopRequests {
  /** Notes that the API is about to stop a container. */
  note(containerId: string): void;
  /** Removes the note of a stop that failed. */
  withdraw(containerId: string): void;
  /** Whether an end at this moment with this exit code was requested. */
  isWanted(containerId: string, exitCode?: number): boolean;
  /**
   * Whether the end of the newest run was requested.
   *
   * @param finishedAt ISO 8601, as the Engine reports it.
   * @returns null when the events were missed.
   */
  wasRequested(containerId: string, finishedAt: string | null): boolean | null;
  /** Whether its newest run, which has ended, ended for lack of memory by the Engine's events. */
  endedForMemory(containerId: string): boolean;
  close(): void;
}

export interface StopRequestsOptions {
  database: DatabaseSync;
  events: Pick<ContainerEvents, "on" | "off">;
  log: Log;
  now?: () => number;
}

/**
 * Listens to the Engine's events: every stop sends a signal through the Engine first. Create it before its users, so
 * that it receives each event first.
 */
export function createStopRequests({ database, events, log, now = Date.now }: StopRequestsOptions): StopRequests {
  const save = database.prepare(
    `INSERT OR REPLACE INTO container_end (container_id, asked_at, signal, ended_at, requested, noted_at)
     VALUES (?, ?, ?, ?, ?, ?)`,
  );
  const erase = database.prepare("DELETE FROM container_end WHERE container_id = ?");
  const notes = new Map<string, Note>(); // in the order they were noted
  for (const row of database.prepare("SELECT * FROM container_end ORDER BY noted_at").iterate()) {
    notes.set(String(row.container_id), {
      askedAt: row.asked_at === null ? null : Number(row.asked_at),
      signal: row.signal === null ? null : Number(row.signal),
      endedAt: row.ended_at === null ? null : Number(row.ended_at),
      requested: row.requested === 1,
    });
  }
  const unwritten = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  let isFailing = false;

  const write = () => {
    clearTimeout(timer);
    timer = undefined;
    try {
      for (const id of unwritten) {
        const note = notes.get(id);
        if (note) save.run(id, note.askedAt, note.signal, note.endedAt, Number(note.requested), now());
        else erase.run(id);
        unwritten.delete(id);
      }
      isFailing = false;
    } catch (error) {
      if (!isFailing) log.error({ err: error }, "ends of containers cannot be written down; they are kept in memory");
      isFailing = true;
    }
  };
  const changed = (id: string) => {
    unwritten.add(id);
    timer ??= setTimeout(write, WRITE_AFTER_MS).unref();
  };
  const put = (id: string, change: Partial<Note>) => {
    const before = notes.get(id) ?? { askedAt: null, signal: null, endedAt: null, requested: false };
    notes.delete(id);
    notes.set(id, { ...before, ...change });
    changed(id);
    for (const oldest of notes.keys()) {
      if (notes.size <= MAX_NOTES) break;
      forget(oldest);
    }
  };
  const forget = (id: string) => {
    if (notes.delete(id)) changed(id);
  };
  const ask = (id: string, signal: number) => {
    put(id, { askedAt: now(), signal });
    // An API that is killed together with the containers must not report their stop as a crash.
    write();
  };

  const isWanted: StopRequests["isWanted"] = (id, exitCode) => {
    const { askedAt = null, signal = null } = notes.get(id) ?? {};
    if (askedAt === null || signal === null || now() - askedAt > GRACE_MS) return false;
    return ending.has(signal) || exitCode === 128 + signal;
  };
  const onEvent = ({ id, action, signal = 0, exitCode }: ContainerEvent) => {
    if (action === "kill" && (ending.has(signal) || ambiguous.has(signal))) ask(id, signal);
    else if (action === "die") put(id, { endedAt: now(), requested: isWanted(id, exitCode) });
    // A stop by the image's own signal (SIGWINCH of httpd) sends this event only, after the end.
    else if (action === "stop" && notes.has(id)) put(id, { requested: true });
    else if (action === "start" || action === "destroy") forget(id);
  };
  events.on("event", onEvent);
  const memoryKills = createMemoryKills(events);

  return {
    note: (id) => ask(id, SIGTERM),
    withdraw(id) {
      const note = notes.get(id);
      if (note?.endedAt === null) forget(id);
    },
    isWanted,
    wasRequested(id, finishedAt) {
      const note = notes.get(id);
      if (!note || finishedAt === null) return null;
      const finished = Date.parse(finishedAt);
      if (note.endedAt !== null && finished <= note.endedAt + TOLERANCE_MS) return note.requested;
      // The stop was requested before the events were lost.
      const { askedAt } = note;
      if (askedAt === null) return null;
      return finished >= askedAt - TOLERANCE_MS && finished <= askedAt + GRACE_MS ? true : null;
    },
    endedForMemory: memoryKills.endedRun,
    close() {
      memoryKills.close();
      events.off("event", onEvent);
      write();
    },
  };
}
