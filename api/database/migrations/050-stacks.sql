-- Texts of compose files: what a file held before it was written over here, and what was brought up.
CREATE TABLE stack_revision (
  id INTEGER PRIMARY KEY,
  stack TEXT NOT NULL,
  -- Name of the file inside the stack's folder.
  file TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('applied', 'replaced')),
  content TEXT NOT NULL,
  etag TEXT NOT NULL,
  saved_at TEXT NOT NULL,
  saved_by TEXT NOT NULL
) STRICT;
CREATE INDEX stack_revision_of ON stack_revision (stack, file, id);
