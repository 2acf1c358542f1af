CREATE TABLE setting (
  name TEXT PRIMARY KEY,
  -- JSON; NULL: the default
  value TEXT,
  -- JSON of the value before the last change; NULL: the default
  previous TEXT,
  version INTEGER NOT NULL,
  changed_at TEXT NOT NULL,
  changed_by TEXT NOT NULL
) STRICT;
