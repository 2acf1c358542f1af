import type { DatabaseSync } from "node:sqlite";
import type { Log } from "../../shared/server/log.ts";
import { openSideFile } from "../database/side-file.ts";

/** About a hundred containers over a month take a tenth of it. */
const FILE_MAX_BYTES = 256 * 1024 * 1024;

/** Levels from fine to coarse; the rows of one level are combined into rows of the next. */
export const levels = ["raw", "minute", "coarse"] as const;
export type Level = (typeof levels)[number];

const table = (level: Level) => `
  CREATE TABLE ${level} (
    series INTEGER NOT NULL, at INTEGER NOT NULL,
    cpu REAL NOT NULL, cpu_max REAL NOT NULL,
    memory INTEGER NOT NULL, memory_max INTEGER NOT NULL, memory_limit INTEGER NOT NULL,
    rx REAL NOT NULL, tx REAL NOT NULL, first REAL NOT NULL, second REAL NOT NULL,
    PRIMARY KEY (series, at)
  ) WITHOUT ROWID;`;
const schema = `
  CREATE TABLE series (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL, container TEXT NOT NULL, UNIQUE (name, container)
  );
  CREATE TABLE rolled (level TEXT PRIMARY KEY, until INTEGER NOT NULL) WITHOUT ROWID;
  ${levels.map(table).join("")}`;

/** Opens `history.db` in the state folder: see {@link openSideFile}. */
export const openHistoryFile = (dataDir: string, log: Log): DatabaseSync =>
  openSideFile(
    {
      dataDir,
      name: "history.db",
      content: "the history of metrics",
      schema,
      version: 1,
      maxBytes: FILE_MAX_BYTES,
      log,
    },
    (database) => database,
  );
