import type { DatabaseSync } from "node:sqlite";
import { transact } from "../../database/transact.ts";

/** Counts the writes of users, sessions and keys, so that the server notices writes of the command line tools at once. */
export interface SharedWrites {
  /** Runs a change in a transaction. */
  write<T>(change: () => T): T;
  /** Whether another process has written since the last call. Costs microseconds. */
  changedElsewhere(): boolean;
}

export function createSharedWrites(database: DatabaseSync): SharedWrites {
  const readGeneration = database.prepare("SELECT value FROM access_state WHERE name = 'generation'");
  const writeGeneration = database.prepare(
    "INSERT OR REPLACE INTO access_state (name, value) VALUES ('generation', ?)",
  );
  // Changes when another connection commits anything; only then is the row read.
  const readVersion = database.prepare("PRAGMA data_version");
  const generationNow = () => Number(readGeneration.get()?.value ?? 0);
  const versionNow = () => Number(readVersion.get()?.data_version);

  let version = versionNow();
  let known = generationNow();
  return {
    write: (change) => {
      let next = 0;
      const result = transact(database, () => {
        next = generationNow() + 1;
        writeGeneration.run(String(next));
        return change();
      });
      if (known === next - 1) known = next; // otherwise another process wrote in between: the next call reports it
      return result;
    },
    changedElsewhere: () => {
      const seen = versionNow();
      if (seen === version) return false;
      version = seen;
      const generation = generationNow();
      if (generation === known) return false;
      known = generation;
      return true;
    },
  };
}
