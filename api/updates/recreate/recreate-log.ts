import type { DatabaseSync } from "node:sqlite";
import type { Log } from "../../../shared/server/log.ts";
import type { RecreateEntry, RecreateJournal } from "./recreate-journal.ts";
import { type RecreatePhase, recreatePhases } from "./recreate-phases.ts";

/** Stored entries. Far more than run at once; bounds those that can never be rolled back. */
const ENTRIES_MAX = 100;

export interface RecreateStore extends RecreateJournal {
  list(): RecreateEntry[];
  /** Calls `listener` with each entry that is handed to recovery while the server runs. */
  onLeft(listener: (entry: RecreateEntry) => void): void;
}

/** Stores unfinished recreates in `state.db`. */
export function createRecreateStore(database: DatabaseSync, log: Log): RecreateStore {
  const insert = database.prepare(
    "INSERT INTO recreate (mark, name, old_id, new_id, was_running, phase) VALUES (?, ?, ?, ?, ?, ?)",
  );
  const leave = database.prepare("UPDATE recreate SET new_id = ?, phase = ?, was_running = ? WHERE mark = ?");
  const update = database.prepare("UPDATE recreate SET new_id = ?, phase = ? WHERE mark = ?");
  const erase = database.prepare("DELETE FROM recreate WHERE mark = ?");
  const prune = database.prepare(
    "DELETE FROM recreate WHERE mark IN (SELECT mark FROM recreate ORDER BY begun_at DESC, mark LIMIT -1 OFFSET ?)",
  );
  const all = database.prepare("SELECT * FROM recreate ORDER BY begun_at, mark");
  let notify: (entry: RecreateEntry) => void = () => {};
  const quietly = (work: () => void) => {
    try {
      work();
    } catch (error) {
      log.error({ err: error }, "the progress of a recreate cannot be written");
    }
  };

  return {
    begin({ mark, name, oldId, newId, wasRunning, phase }) {
      insert.run(mark, name, oldId, newId, Number(wasRunning), phase);
      quietly(() => prune.run(ENTRIES_MAX));
    },
    note: ({ mark, newId, phase }) => quietly(() => update.run(newId, phase, mark)),
    end: (mark) => quietly(() => erase.run(mark)),
    leave(entry) {
      quietly(() => leave.run(entry.newId, entry.phase, Number(entry.wasRunning), entry.mark));
      notify(entry);
    },
    onLeft(listener) {
      notify = listener;
    },
    list: () => all.all().map(toEntry),
  };
}

const toEntry = (row: Record<string, unknown>): RecreateEntry => ({
  mark: String(row.mark),
  name: String(row.name),
  oldId: String(row.old_id),
  newId: row.new_id === null ? null : String(row.new_id),
  wasRunning: row.was_running === 1,
  phase: recreatePhases.find((phase) => phase === row.phase) ?? ("create" satisfies RecreatePhase),
});
