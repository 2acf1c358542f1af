import type { DatabaseSync } from "node:sqlite";
import { transact } from "../database/transact.ts";
import { CHAIN_START } from "./chain.ts";

export interface Anchor {
  /** Of the last line written; 0 before the first. */
  sequence: number;
  hash: string;
  /** Of the oldest line kept. */
  firstSequence: number;
  /** Hash of the line before the oldest one kept. */
  firstPrevious: string;
}

export interface AnchorStore {
  read(): Anchor;
  write(anchor: Anchor): void;
  /** Runs the work alone among all processes that write to the trail; `undo` is for what is outside the database. */
  alone<T>(work: () => T, undo?: () => void): T;
}

/** Holds outside the file where the trail starts and ends. Its own connection: never inside somebody's transaction. */
export function createAnchorStore(database: DatabaseSync): AnchorStore {
  // A lost last commit shows as one line more than anchored, and is taken in; a sync a line would cost milliseconds.
  database.exec("PRAGMA synchronous = NORMAL");
  const select = database.prepare("SELECT * FROM audit_anchor WHERE id = 1");
  const replace = database.prepare(
    "INSERT OR REPLACE INTO audit_anchor (id, sequence, hash, first_sequence, first_previous) VALUES (1, ?, ?, ?, ?)",
  );
  return {
    read: () => {
      const row = select.get();
      if (!row) return { sequence: 0, hash: CHAIN_START, firstSequence: 1, firstPrevious: CHAIN_START };
      return {
        sequence: Number(row.sequence),
        hash: String(row.hash),
        firstSequence: Number(row.first_sequence),
        firstPrevious: String(row.first_previous),
      };
    },
    write: ({ sequence, hash, firstSequence, firstPrevious }) => {
      replace.run(sequence, hash, firstSequence, firstPrevious);
    },
    alone: (work, undo) => transact(database, work, undo),
  };
}
