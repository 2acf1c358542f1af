-- One row once an administrator put the list of first steps away, or took it out again.
CREATE TABLE getting_started (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  dismissed INTEGER NOT NULL
) STRICT;
