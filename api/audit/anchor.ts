import type { DatabaseSync } from "node:sqlite";
import { transact } from "../database/transact.ts";
import { CHAIN_START } from "./chain.ts";

export interface Anchor {
  /** Sequence of the last line written; 0 before the first. */
  sequence: number;
  hash: string;
  /** Sequence of the oldest line kept. */
  firstSequence: number;
  /** Hash of the line before the oldest line kept. */
  firstPrevious: string;
}

export interface AnchorStore {
  read(): Anchor;
  write(anchor: Anchor): void;
  /** Runs the work exclusively among all processes that write to the trail; `undo` reverts changes outside the database. */
  alone<T>(work: () => T, undo?: () => void): T;
}

/** Stores outside the file where the trail starts and ends. Uses its own connection, so that it is never part of another transaction. */
export function createAnchorStore(database: DatabaseSync): AnchorStore {
  // After a lost commit, the file has one line more than the anchor, which is then accepted. A sync per line would cost milliseconds.
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
