-- Folders that a person named for stacks whose containers name none that can be opened.
CREATE TABLE stack_folder (
  name TEXT PRIMARY KEY,
  -- Absolute, without links.
  folder TEXT NOT NULL,
  named_at TEXT NOT NULL,
  named_by TEXT NOT NULL
) STRICT;
