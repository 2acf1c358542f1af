-- The panel's own rotation of the log files of an app, by the id of its deployment. NULL: off.
CREATE TABLE log_rotation (
  app TEXT PRIMARY KEY,
  setting TEXT CHECK (setting IS NULL OR json_valid(setting)),
  -- The setting before, for undo
  previous TEXT CHECK (previous IS NULL OR json_valid(previous)),
  rotated_at TEXT
) STRICT;
