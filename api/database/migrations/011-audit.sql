-- Where the trail ends (and, once old files were removed, where it starts): a cut tail shows by it.
CREATE TABLE audit_anchor (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  sequence INTEGER NOT NULL,
  hash TEXT NOT NULL,
  first_sequence INTEGER NOT NULL,
  first_previous TEXT NOT NULL
) STRICT;
