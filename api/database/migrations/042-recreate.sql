-- Containers that are being made anew: what a server that was killed in between has to take back at its next start.
CREATE TABLE recreate (
  -- In the names that both containers have meanwhile.
  mark TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  old_id TEXT NOT NULL,
  -- NULL until it is made.
  new_id TEXT,
  was_running INTEGER NOT NULL,
  phase TEXT NOT NULL,
  begun_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
) STRICT, WITHOUT ROWID;
