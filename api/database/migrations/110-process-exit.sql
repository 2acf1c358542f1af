-- How processes of PM2 ended: PM2 itself keeps a count and the last exit code.
CREATE TABLE process_exit (
  id INTEGER PRIMARY KEY,
  -- Id of the deployment
  app TEXT NOT NULL,
  at TEXT NOT NULL,
  pm_id INTEGER NOT NULL,
  restarts INTEGER NOT NULL,
  -- NULL: unknown
  exit_code INTEGER
) STRICT;
CREATE INDEX process_exit_app ON process_exit (app, id);

-- One row: since when ends are recorded
CREATE TABLE process_exit_start (at TEXT NOT NULL) STRICT;
