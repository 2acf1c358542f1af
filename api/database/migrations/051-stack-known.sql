-- Where the files of stacks below the listed folders were when they last had containers.
CREATE TABLE stack_known (
  name TEXT PRIMARY KEY,
  folder TEXT NOT NULL,
  -- A JSON list of absolute paths, the main file first.
  files TEXT NOT NULL,
  seen_at TEXT NOT NULL
) STRICT;
