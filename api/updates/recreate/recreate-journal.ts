import type { RecreatePhase } from "./recreate-phases.ts";

/** How far the recreate of a container has come. */
export interface RecreateEntry {
  /** Stands in the names that both containers have meanwhile; one of a kind. */
  mark: string;
  name: string;
  oldId: string;
  /** Null until it is made. */
  newId: string | null;
  wasRunning: boolean;
  phase: RecreatePhase;
}

/** Where it is written down, so that a server that was killed in between can take it back at its next start. */
export interface RecreateJournal {
  /** Before anything is done; throws when it cannot be written down, and nothing is done then. */
  begin(entry: RecreateEntry): void;
  /** Never throws: what is under way continues. */
  note(entry: RecreateEntry): void;
  /** All is where it should be. Never throws. */
  end(mark: string): void;
  /** It could not be brought to an end, since the Engine does not answer: recovery continues with it. Never throws. */
  leave(entry: RecreateEntry): void;
}

export const noJournal: RecreateJournal = { begin() {}, note() {}, end() {}, leave() {} };
