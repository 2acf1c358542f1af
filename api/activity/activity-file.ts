import type { DatabaseSync } from "node:sqlite";
import type { Log } from "../../shared/server/log.ts";
import { limitSideFile, openSideFile } from "../database/side-file.ts";

const schema = `
  CREATE TABLE activity (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE,
    action TEXT NOT NULL, kind TEXT NOT NULL, target TEXT NOT NULL, target_id TEXT, permission TEXT,
    -- JSON lists of names of containers and ids of processes
    services TEXT NOT NULL, processes TEXT NOT NULL,
    actor_kind TEXT NOT NULL, actor_id TEXT NOT NULL, actor_name TEXT NOT NULL, owner_id TEXT NOT NULL,
    request_id TEXT NOT NULL, is_job INTEGER NOT NULL, can_undo INTEGER NOT NULL,
    state TEXT NOT NULL, code TEXT, message TEXT, detail TEXT,
    -- milliseconds since the epoch
    started_at INTEGER NOT NULL, finished_at INTEGER,
    output_lines INTEGER NOT NULL, output_bytes INTEGER NOT NULL, gap_lines INTEGER NOT NULL, gap_bytes INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    -- bytes that the record and its output take
    size INTEGER NOT NULL,
    input TEXT, steps TEXT NOT NULL, result TEXT
  ) STRICT;
  CREATE INDEX activity_running ON activity (sequence) WHERE state = 'running';
  CREATE INDEX activity_jobs ON activity (sequence) WHERE is_job = 1;
  CREATE INDEX activity_target ON activity (kind, target, sequence);
  CREATE TABLE output (
    activity INTEGER NOT NULL REFERENCES activity (sequence) ON DELETE CASCADE,
    part INTEGER NOT NULL, text TEXT NOT NULL,
    PRIMARY KEY (activity, part)
  ) STRICT, WITHOUT ROWID;
  -- One row while a server has the file open: what a killed one leaves.
  CREATE TABLE opened (id INTEGER PRIMARY KEY CHECK (id = 1), at INTEGER NOT NULL) STRICT`;

const fileBytes = (maxBytes: number): number => 1.5 * maxBytes + 4 * 1024 * 1024;

/** Changes the budget of an open file. A file that is larger already stays as it is and grows no further. */
export const resizeActivityFile = (database: DatabaseSync, maxBytes: number): void =>
  limitSideFile(database, fileBytes(maxBytes));

/**
 * Opens `activity.db` in the state folder: see {@link openSideFile}.
 *
 * @param maxBytes Budget of what is stored. The file may become half as large again, for indexes and free pages.
 * @param use Creates what reads and writes the file.
 */
export const openActivityFile = <T>(
  dataDir: string,
  maxBytes: number,
  log: Log,
  use: (database: DatabaseSync) => T,
): T =>
  openSideFile(
    {
      dataDir,
      name: "activity.db",
      content: "the record of actions",
      schema,
      version: 1,
      maxBytes: fileBytes(maxBytes),
      log,
    },
    (database) => {
      database.exec("PRAGMA foreign_keys = ON");
      return use(database);
    },
  );
