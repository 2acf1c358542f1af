import type { RecreatePhase } from "./recreate-phases.ts";

/** Progress of the recreate of one container. */
export interface RecreateEntry {
  /** Unique part of the temporary names of both containers. */
  mark: string;
  name: string;
  oldId: string;
  /** Null until the new container is created. */
  newId: string | null;
  wasRunning: boolean;
  phase: RecreatePhase;
}

/** Stores the progress of recreates, so that the next start of a killed server can roll them back. */
export interface RecreateJournal {
  /** Called before the first step. @throws an error of the database, which cancels the recreate */
  begin(entry: RecreateEntry): void;
  /** Stores a new phase or id. Never throws. */
  note(entry: RecreateEntry): void;
  /** Removes the entry of a finished recreate. Never throws. */
  end(mark: string): void;
  /** Hands an unfinished recreate to recovery, because the Engine does not respond. Never throws. */
  leave(entry: RecreateEntry): void;
}

export const noJournal: RecreateJournal = { begin() {}, note() {}, end() {}, leave() {} };
